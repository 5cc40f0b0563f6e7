package dev.agentos.domain.contract;

/**
 * The share of the machine that the agent gets and must not exceed.
 *
 * @param cpuMillis thousandths of one CPU, 10 to 1,024,000
 * @param memBytes memory, 1 MiB to 4 PiB
 * @param gpuMemBytes GPU memory, 0 (none wanted) to 4 PiB
 * @param pids processes and threads at once, 1 to 4,194,304
 * @param openFiles open file descriptors per process, 16 to 1,048,576
 */
public record Compute(long cpuMillis, long memBytes, long gpuMemBytes, int pids, int openFiles) {
    static final long MIN_CPU_MILLIS = 10;
    static final long MAX_CPU_MILLIS = 1_024_000;
    static final long MIN_MEM = 1L << 20;
    static final long MAX_MEM = 1L << 52;
    static final int MAX_PIDS = 4_194_304;
    static final int MIN_FILES = 16;
    static final int MAX_FILES = 1_048_576;

    /** One CPU, 512 MiB, no GPU, 128 processes, 1024 files. */
    public static final Compute DEFAULT = new Compute(1000, 512L << 20, 0, 128, 1024);

    public Compute {
        FieldRules.within("compute.cpu", cpuMillis, MIN_CPU_MILLIS, MAX_CPU_MILLIS);
        FieldRules.within("compute.mem", memBytes, MIN_MEM, MAX_MEM);
        FieldRules.within("compute.gpu_mem", gpuMemBytes, 0, MAX_MEM);
        FieldRules.within("compute.pids", pids, 1, MAX_PIDS);
        FieldRules.within("compute.open_files", openFiles, MIN_FILES, MAX_FILES);
    }
}
