package dev.agentos.domain.contract;

import java.util.Optional;

/**
 * The share of the machine that the agent gets and must not exceed.
 *
 * @param cpuMillis thousandths of one CPU, 10 to 1,024,000
 * @param memBytes memory, 1 MiB to 4 PiB
 * @param gpuMemBytes GPU memory, 0 (none wanted) to 4 PiB
 * @param pids processes and threads at once, 1 to 4,194,304
 * @param openFiles open file descriptors per process, 16 to 1,048,576
 * @param diskBytes the workspace and what it writes to its output, together, and the largest single file; 1 MiB to 4 PiB
 * @param ioBytesPerSecond reading, and writing, each, on any one device, 64 KiB to 4 PiB; absent: not limited
 */
public record Compute(
        long cpuMillis,
        long memBytes,
        long gpuMemBytes,
        int pids,
        int openFiles,
        long diskBytes,
        Optional<Long> ioBytesPerSecond) {
    static final long MIN_CPU_MILLIS = 10;
    static final long MAX_CPU_MILLIS = 1_024_000;
    static final long MIN_MEM = 1L << 20;
    static final long MAX_MEM = 1L << 52;
    static final int MAX_PIDS = 4_194_304;
    static final int MIN_FILES = 16;
    static final int MAX_FILES = 1_048_576;
    static final long MIN_DISK = 1L << 20;
    static final long MIN_IO = 1L << 16;
    private static final long MIN_DISK_FILES = 4096;
    private static final long BYTES_PER_FILE = 16 << 10;
    private static final long DISK = 1L << 30;

    /** One CPU, 512 MiB, no GPU, 128 processes, 1024 files, 1 GiB of disk, as much input and output as there is. */
    public static final Compute DEFAULT = new Compute(1000, 512L << 20, 0, 128, 1024);

    public Compute {
        FieldRules.within("compute.cpu", cpuMillis, MIN_CPU_MILLIS, MAX_CPU_MILLIS);
        FieldRules.within("compute.mem", memBytes, MIN_MEM, MAX_MEM);
        FieldRules.within("compute.gpu_mem", gpuMemBytes, 0, MAX_MEM);
        FieldRules.within("compute.pids", pids, 1, MAX_PIDS);
        FieldRules.within("compute.open_files", openFiles, MIN_FILES, MAX_FILES);
        FieldRules.within("compute.disk", diskBytes, MIN_DISK, MAX_MEM);
        ioBytesPerSecond.ifPresent(value -> FieldRules.within("compute.io", value, MIN_IO, MAX_MEM));
    }

    /**
     * The most files and folders in the workspace: one for each 16 KiB of disk space, which is what file systems reckon
     * with, and never less than 4096.
     */
    public long diskFiles() {
        return Math.max(MIN_DISK_FILES, diskBytes / BYTES_PER_FILE);
    }

    /** With the default disk space, and input and output not limited. */
    public Compute(long cpuMillis, long memBytes, long gpuMemBytes, int pids, int openFiles) {
        this(cpuMillis, memBytes, gpuMemBytes, pids, openFiles, DISK, Optional.empty());
    }
}
