package dev.agentos.testkit.bench;

import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** agentd from exec to its first answer, its memory when idle, and agentctl against {@code java -version}. */
final class StartBench implements BenchMain.Bench {

    private static final int ROUNDS = 15;
    private static final int CLIENT_ROUNDS = 40;
    private static final int IDLE_SECONDS = 5;

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int rounds = asked > 0 ? asked : ROUNDS;
        double[] ready = new double[rounds];
        Figures figures = new Figures("bench", "start");
        try (LiveService service = LiveService.prepare(home)) {
            for (int i = 0; i < rounds; i++) {
                long from = System.nanoTime();
                service.startAgentd();
                service.awaitReady();
                ready[i] = (System.nanoTime() - from) / 1e6;
                service.stopAgentd();
            }
            service.startAgentd();
            service.awaitReady();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            double rss = rssMib(service.agentdPid());
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            double[] version = new double[CLIENT_ROUNDS];
            double[] client = new double[CLIENT_ROUNDS];
            for (int i = -3; i < CLIENT_ROUNDS; i++) {
                double one = command(List.of(java, "-version"), service);
                double two = command(List.of(home.resolve("bin/agentctl").toString(), "status"), service);
                if (i >= 0) {
                    version[i] = one;
                    client[i] = two;
                }
            }
            figures.put("ready_ms_p50", Figures.percentile(ready, 0.5))
                    .put("ready_ms_max", Figures.percentile(ready, 1))
                    .put("idle_rss_mb", rss)
                    .put("aot_cache", Files.exists(home.resolve("aot/agentd.aot")))
                    .put("agentctl_status_ms_p50", Figures.percentile(client, 0.5))
                    .put("java_version_ms_p50", Figures.percentile(version, 0.5))
                    .put("agentctl_vs_java_ratio", Figures.percentile(client, 0.5) / Figures.percentile(version, 0.5));
        }
        return figures;
    }

    private static double command(List<String> words, LiveService service) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("AGENTOS_SOCKET", service.socket().toString());
        builder.environment().put("AGENTOS_HOME", service.home().toString());
        long from = System.nanoTime();
        int code = builder.start().waitFor();
        double millis = (System.nanoTime() - from) / 1e6;
        if (code != 0) {
            throw new IllegalStateException(words + " ended with " + code);
        }
        return millis;
    }

    /** Resident memory in MiB, from the kernel's own count. */
    private static double rssMib(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
                .findFirst()
                .orElseThrow(() -> new IOException("no VmRSS for " + pid));
    }
}
