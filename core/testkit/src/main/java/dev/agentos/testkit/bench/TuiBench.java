package dev.agentos.testkit.bench;

import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.PtyClient;
import dev.agentos.testkit.service.ScriptedAgentd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal face on a real pseudo-terminal: from exec to the prompt, what it costs at rest, what it writes under many
 * agents, from a key to the first byte of its paint, and whether the selection stays where it is under a storm of events.
 */
final class TuiBench implements BenchMain.Bench {

    private static final int STARTS = 11;
    private static final int AGENTS = 200;
    private static final int STORM_AGENTS = 1_000;
    private static final int STORM_EVENTS = 50;
    private static final int STORM_SECONDS = 20;
    private static final int SETTLE_SECONDS = 8;
    private static final int IDLE_SECONDS = 30;
    /** With fewer agents than this it is a look whether the bench works, and rests are short. */
    private static final int SHORT = 50;

    private static final int SHORT_SECONDS = 5;
    private static final int KEYS = 100;
    private static final Duration SOON = Duration.ofSeconds(20);
    /** A key that moved the selection has painted long before; one that did not is counted as such. */
    private static final Duration PAINT = Duration.ofSeconds(2);

    private static final String DOWN = "\u001b[B";
    private static final String UP = "\u001b[A";

    private final Figures figures = new Figures("bench", "tui");
    private int idleSeconds = IDLE_SECONDS;

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int agents = asked > 0 ? asked : AGENTS;
        idleSeconds = agents < SHORT ? SHORT_SECONDS : IDLE_SECONDS;
        try (LiveService service = LiveService.start(home)) {
            figures.step(STARTS + " starts of agentsh and agentmon");
            starts(service);
            figures.step("at rest for " + idleSeconds + " s");
            idle(service);
            figures.step("spawning " + agents + " agents, then watching them for " + idleSeconds + " s");
            crowd(service, agents);
        }
        figures.step(STORM_EVENTS + " events a second over " + STORM_AGENTS + " agents");
        storm(home);
        return figures;
    }

    // ------------------------------------------------------------------ start

    private void starts(LiveService service) throws Exception {
        double[] shell = new double[STARTS];
        double[] monitor = new double[STARTS];
        for (int i = -1; i < STARTS; i++) {
            double one = start(service, "agentsh", "agentsh> ");
            double two = start(service, "agentmon", "Agents");
            if (i >= 0) {
                shell[i] = one;
                monitor[i] = two;
            }
        }
        figures.put("start_ms_p50", Figures.percentile(shell, 0.5))
                .put("start_ms_max", Figures.percentile(shell, 1))
                .put("agentmon_start_ms_p50", Figures.percentile(monitor, 0.5))
                .put(
                        "aot_cache",
                        Files.exists(service.home().resolve("aot/agentsh.aot"))
                                && Files.exists(service.home().resolve("aot/agentmon.aot")));
    }

    private static double start(LiveService service, String name, String prompt)
            throws IOException, InterruptedException {
        long from = System.nanoTime();
        try (PtyClient pty = PtyClient.program(service.home(), service.socket(), "xterm-256color", name)) {
            if (!pty.awaits(prompt, 0, SOON)) {
                throw new IOException(name + " shows no prompt: " + pty.screen());
            }
            return (System.nanoTime() - from) / 1e6;
        }
    }

    // ------------------------------------------------------------------ at rest

    private void idle(LiveService service) throws Exception {
        try (PtyClient monitor = monitor(service.home(), service.socket());
                PtyClient shell = PtyClient.program(service.home(), service.socket(), "xterm-256color", "agentsh")) {
            shell.awaits("agentsh> ", 0, SOON);
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            double monitorBefore = cpuSeconds(monitor);
            double shellBefore = cpuSeconds(shell);
            long bytesBefore = monitor.bytes();
            long shellBytes = shell.bytes();
            TimeUnit.SECONDS.sleep(idleSeconds);
            double monitorPct = 100 * (cpuSeconds(monitor) - monitorBefore) / idleSeconds;
            double shellPct = 100 * (cpuSeconds(shell) - shellBefore) / idleSeconds;
            figures.put("idle_cpu_pct", Math.max(monitorPct, shellPct))
                    .put("agentmon_idle_cpu_pct", monitorPct)
                    .put("agentsh_idle_cpu_pct", shellPct)
                    .put("idle_bytes_per_min", (monitor.bytes() - bytesBefore) * 60 / idleSeconds)
                    .put("agentsh_idle_bytes_per_min", (shell.bytes() - shellBytes) * 60 / idleSeconds);
        }
    }

    private static PtyClient monitor(Path home, Path socket) throws IOException, InterruptedException {
        PtyClient pty = PtyClient.program(home, socket, "xterm-256color", "agentmon");
        if (!pty.awaits("● agentd", 0, SOON)) {
            String screen = pty.screen();
            pty.close();
            throw new IOException("agentmon shows nothing: " + screen);
        }
        return pty;
    }

    /** Processor time of the program so far, from the kernel's count. */
    private static double cpuSeconds(PtyClient pty) throws IOException {
        long pid = pty.program()
                .orElseThrow(() -> new IOException("the program has ended"))
                .pid();
        String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    // ------------------------------------------------------------------ many agents

    private void crowd(LiveService service, int count) throws Exception {
        Fleet.spawn(
                service,
                Fleet.contract(
                        "sleeper", "DT", "cpu: \"10m\", mem: 8MiB, pids: 4", "", List.of("/bin/sleep", "100000")),
                count);
        try (PtyClient pty = monitor(service.home(), service.socket())) {
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            long before = pty.bytes();
            double cpu = cpuSeconds(pty);
            TimeUnit.SECONDS.sleep(idleSeconds);
            figures.put("agents", count)
                    .put("bytes_per_min_agents", (pty.bytes() - before) * 60 / idleSeconds)
                    .put("cpu_pct_agents", 100 * (cpuSeconds(pty) - cpu) / idleSeconds);
            List<Double> paints = new ArrayList<>();
            long keyed = pty.bytes();
            int stretch = Math.clamp(count - 1L, 1, KEYS / 2);
            for (int i = 0; i < KEYS; i++) {
                pty.paintAfter(i / stretch % 2 == 0 ? DOWN : UP, PAINT).ifPresent(paints::add);
                TimeUnit.MILLISECONDS.sleep(120);
            }
            figures.put("keys_without_paint", KEYS - paints.size());
            figures.put("key_to_paint_ms_p50", at(paints, 0.5))
                    .put("key_to_paint_ms_p95", at(paints, 0.95))
                    .put("bytes_per_key_frame", (pty.bytes() - keyed) / KEYS);
        }
    }

    private static double at(List<Double> samples, double share) {
        return Figures.percentile(
                samples.stream().mapToDouble(Double::doubleValue).toArray(), share);
    }

    // ------------------------------------------------------------------ a storm of events

    /** The service is scripted here: the face is measured, and 1,000 agents are as real to it as those of a service. */
    private void storm(Path home) throws Exception {
        Path folder = Files.createTempDirectory("agentos-tui");
        try (ScriptedAgentd agentd = ScriptedAgentd.open(folder, STORM_AGENTS);
                PtyClient pty = monitor(home, agentd.socket())) {
            pty.awaits("agent", 0, SOON);
            TimeUnit.SECONDS.sleep(2);
            pty.type(DOWN.repeat(5));
            TimeUnit.SECONDS.sleep(1);
            Thread events = Thread.ofVirtual().start(() -> {
                try {
                    agentd.happen(STORM_EVENTS, STORM_SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            TimeUnit.SECONDS.sleep(2);
            List<Double> paints = new ArrayList<>();
            long before = pty.bytes();
            long from = System.nanoTime();
            double cpu = cpuSeconds(pty);
            for (int i = 0; i < KEYS; i++) {
                // Down and up again: at the end it is where it was.
                pty.paintAfter(i % 2 == 0 ? DOWN : UP, PAINT).ifPresent(paints::add);
                TimeUnit.MILLISECONDS.sleep(130);
            }
            double seconds = (System.nanoTime() - from) / 1e9;
            figures.put("storm_agents", STORM_AGENTS)
                    .put("storm_events_per_s", STORM_EVENTS)
                    .put("storm_key_to_paint_ms_p95", at(paints, 0.95))
                    .put("storm_cpu_pct", 100 * (cpuSeconds(pty) - cpu) / seconds)
                    .put("storm_bytes_per_s", (pty.bytes() - before) / seconds);
            events.join();
            figures.put("storm_selection_moved", !stands(pty, ScriptedAgentd.id(6)));
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    /** Opens what is selected and looks whether it is the one that was selected before. */
    private static boolean stands(PtyClient pty, String id) throws IOException, InterruptedException {
        int from = pty.screen().length();
        pty.type("\r");
        return pty.awaits(id, from, Duration.ofSeconds(5));
    }
}
