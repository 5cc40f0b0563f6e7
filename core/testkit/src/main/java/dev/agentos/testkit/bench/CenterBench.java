package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.testkit.center.Display;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The window as a process of its own, in an X server where one is installed: time from exec to the first painted frame, memory, and
 * processor time at rest and with 200 live agents and 50 events a second.
 */
final class CenterBench implements BenchMain.Bench {

    private static final int STARTS = 11;
    private static final int AGENTS = 200;
    private static final int EVENTS_PER_SECOND = 50;
    private static final int SETTLE_SECONDS = 12;
    private static final int WATCH_SECONDS = 20;
    private static final double TICKS_PER_SECOND = 100;
    private static final Pattern PULSE = Pattern.compile("PULSE: \\d+ \\[\\d+ms:(\\d+)ms\\]");

    private Optional<String> display = Optional.empty();

    @Override
    public Figures run(Path home, int rounds) throws Exception {
        Figures figures = new Figures("bench", "center");
        figures.put("aot_cache", Files.exists(home.resolve("aot/agentos-center.aot")));
        int agents = rounds > 0 ? rounds : AGENTS;
        Optional<Display> screen = Display.start(1_440, 900);
        display = screen.map(Display::name);
        figures.put(
                "window_of", display.isPresent() ? "GTK on Xvfb, painted by processors" : "JavaFX's headless platform");
        try (LiveService service = LiveService.start(home)) {
            figures.put("first_paint_ms_p50", Figures.percentile(starts(service), 0.5));
            try (Window window = new Window(service)) {
                TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                figures.put("idle_cpu_pct", window.cpuPercent(WATCH_SECONDS));
                figures.put("idle_rss_mb", window.rssMib());
            }
            List<AgentView> fleet = Fleet.spawn(
                    service,
                    Fleet.contract("fleet", "DT", "mem: 16MiB, pids: 4", "", List.of("sleep", "3600")),
                    agents);
            loaded(service, fleet, figures);
        } finally {
            if (screen.isPresent()) {
                screen.get().close();
            }
        }
        return figures;
    }

    private double[] starts(LiveService service) throws Exception {
        double[] millis = new double[STARTS];
        for (int i = -1; i < STARTS; i++) {
            long from = System.nanoTime();
            ProcessBuilder builder = command(service, "--first-paint");
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            Process process = builder.start();
            try (BufferedReader reader = process.inputReader()) {
                String line = reader.readLine();
                double took = (System.nanoTime() - from) / 1e6;
                if (line == null || !line.startsWith("first_paint_ms")) {
                    throw new IOException("the window did not say when it painted: " + line);
                }
                if (i >= 0) {
                    millis[i] = took;
                }
            }
            process.waitFor();
        }
        return millis;
    }

    private void loaded(LiveService service, List<AgentView> fleet, Figures figures) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (Window window = new Window(service);
                AgentdClient client = service.client()) {
            Thread events = Thread.ofPlatform().name("events").start(() -> move(service, fleet, over));
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            window.forget();
            long from = System.nanoTime();
            long head = client.events(Long.MAX_VALUE - 1, 1).head();
            figures.put("loaded_cpu_pct", window.cpuPercent(WATCH_SECONDS));
            long after = client.events(Long.MAX_VALUE - 1, 1).head();
            figures.put("live_agents", fleet.size());
            figures.put("events_per_second", (after - head) / ((System.nanoTime() - from) / 1e9));
            figures.put("rss_mb", window.rssMib());
            double[] frames = window.frames();
            figures.put("frames", frames.length);
            if (frames.length == 0) {
                figures.skip("frame_ms_p95", "JavaFX told no pulse");
            } else {
                figures.put("frame_ms_p95", Figures.percentile(frames, 0.95));
            }
            over.set(true);
            events.join();
        }
    }

    /** Pauses and resumes agents, so that about {@value #EVENTS_PER_SECOND} events happen a second. */
    private static void move(LiveService service, List<AgentView> fleet, AtomicBoolean over) {
        try (AgentdClient client = service.client()) {
            long first = client.events(Long.MAX_VALUE - 1, 1).head();
            long from = System.nanoTime();
            int at = 0;
            while (!over.get()) {
                String id = fleet.get(at++ % fleet.size()).id();
                try {
                    client.pause(id);
                    client.resume(id);
                } catch (AgentdException e) {
                    // On a busy machine a freeze may come too late and is refused; the next agent gives the events.
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                double due = (System.nanoTime() - from) / 1e9 * EVENTS_PER_SECOND;
                double ahead = client.events(Long.MAX_VALUE - 1, 1).head() - first - due;
                if (ahead > 0) {
                    TimeUnit.MILLISECONDS.sleep((long) (ahead * 1_000 / EVENTS_PER_SECOND));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ProcessBuilder command(LiveService service, String... words) {
        List<String> command = new ArrayList<>();
        command.add(service.home().resolve("bin/agentos-center").toString());
        command.addAll(List.of("--socket", service.socket().toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("AGENTOS_HOME", service.home().toString());
        // The headless platform copies its whole window by single pixels at every frame, which no desktop does.
        display.ifPresentOrElse(
                name -> builder.environment().put("DISPLAY", name),
                () -> builder.environment().put("AGENTOS_CENTER_HEADLESS", "1"));
        builder.environment()
                .put("XDG_CONFIG_HOME", service.base().resolve("config").toString());
        return builder;
    }

    /** The window's process, and what JavaFX's own log says of its frames. */
    private final class Window implements AutoCloseable {
        private final Process process;
        private final List<Double> frames = Collections.synchronizedList(new ArrayList<>());

        Window(LiveService service) throws IOException {
            ProcessBuilder builder = command(service);
            builder.environment().put("JDK_JAVA_OPTIONS", "-Djavafx.pulseLogger=true");
            builder.redirectErrorStream(true);
            process = builder.start();
            Thread.ofVirtual().start(() -> {
                try (BufferedReader reader = process.inputReader()) {
                    reader.lines().forEach(line -> {
                        Matcher pulse = PULSE.matcher(line);
                        if (pulse.find()) {
                            frames.add(Double.parseDouble(pulse.group(1)));
                        }
                    });
                } catch (IOException | java.io.UncheckedIOException e) {
                    // The process ended in the middle of a line.
                    return;
                }
            });
        }

        void forget() {
            frames.clear();
        }

        double[] frames() {
            synchronized (frames) {
                return frames.stream().mapToDouble(Double::doubleValue).toArray();
            }
        }

        /** Share of one processor, in per cent, over so many seconds from now. */
        double cpuPercent(int seconds) throws IOException, InterruptedException {
            long from = System.nanoTime();
            double before = cpuSeconds();
            TimeUnit.SECONDS.sleep(seconds);
            return (cpuSeconds() - before) / ((System.nanoTime() - from) / 1e9) * 100;
        }

        private double cpuSeconds() throws IOException {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        }

        double rssMib() throws IOException {
            return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
                    .findFirst()
                    .orElseThrow(() -> new IOException("the window is gone"));
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
