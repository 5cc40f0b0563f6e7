package dev.agentos.testkit.bench;

import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.service.Figures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Durable decisions a second through the real journal (record, payload, chain, Merkle tree, flush), one at a time and
 * 64 at once, beside the fdatasync of the same disk.
 */
final class AuditBench implements BenchMain.Bench {

    private static final int SINGLE = 1_000;
    private static final int GROUPED = 40_000;
    private static final int WRITERS = 64;
    private static final int SYNCS = 400;

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int single = asked > 0 ? asked : SINGLE;
        Path folder = Files.createTempDirectory("agentos-bench-audit");
        Figures figures = new Figures("bench", "audit");
        try {
            double[] syncs = fdatasync(folder.resolve("sync.probe"));
            SqliteJournal journal =
                    SqliteJournal.open(JournalFiles.in(folder.resolve("state")), TimeSource.system(), _ -> {});
            try (journal) {
                for (int i = 0; i < 300; i++) {
                    journal.commit(decision(i));
                }
                double[] times = new double[single];
                long from = System.nanoTime();
                for (int i = 0; i < single; i++) {
                    long start = System.nanoTime();
                    journal.commit(decision(i));
                    times[i] = (System.nanoTime() - start) / 1e6;
                }
                double singlePerSecond = single / ((System.nanoTime() - from) / 1e9);
                double grouped = grouped(journal);
                figures.put("single_per_s", singlePerSecond)
                        .put("single_ms_p50", Figures.percentile(times, 0.5))
                        .put("single_ms_p99", Figures.percentile(times, 0.99))
                        .put("grouped_per_s", grouped)
                        .put("grouped_writers", WRITERS)
                        .put("fdatasync_ms_p50", Figures.percentile(syncs, 0.5))
                        .put("fdatasync_ms_p99", Figures.percentile(syncs, 0.99))
                        .put(
                                "single_ms_to_fdatasync_ratio",
                                Figures.percentile(times, 0.5) / Figures.percentile(syncs, 0.5))
                        .put("records", journal.head());
            }
        } finally {
            delete(folder);
        }
        return figures;
    }

    private static double grouped(SqliteJournal journal) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        long from = System.nanoTime();
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITERS; i++) {
                writers.execute(() -> {
                    for (int n = next.getAndIncrement(); n < GROUPED; n = next.getAndIncrement()) {
                        journal.commit(decision(n));
                    }
                });
            }
            writers.shutdown();
            if (!writers.awaitTermination(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the writers did not end");
            }
        }
        return GROUPED / ((System.nanoTime() - from) / 1e9);
    }

    private static Batch decision(int n) {
        return Batch.of(
                new Trace("bench"),
                new Event.ToolDecided(
                        "agent-bench-001",
                        "agent-bench-001.1",
                        "step-" + n,
                        "fs.write",
                        "allowed",
                        "contract",
                        "allowed by the contract; undo is kept",
                        "bench.yaml:7:1 (capabilities)",
                        "/workspace/file-" + n + ".md"));
    }

    private static double[] fdatasync(Path file) throws IOException {
        double[] times = new double[SYNCS];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ByteBuffer page = ByteBuffer.allocate(4096);
            for (int i = 0; i < SYNCS; i++) {
                channel.write(page.rewind());
                long from = System.nanoTime();
                channel.force(false);
                times[i] = (System.nanoTime() - from) / 1e6;
            }
        }
        return times;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
