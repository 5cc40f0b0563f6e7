package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.live.AgentctlProcess;
import dev.agentos.center.screen.audit.AuditView;
import dev.agentos.testkit.center.CenterPictures;
import dev.agentos.testkit.center.CenterWindow;
import dev.agentos.testkit.center.CenterWorld;
import dev.agentos.testkit.center.Display;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The window over a real agentd with live agents: every screen painted in dark and light, headless at 1000 by 1000 and
 * in an X server at 1440 by 900; the tour by keys and clicks; kill -9 of agentd with the window open; closing.
 */
final class CenterCampaign implements ProveMain.Campaign {

    private static final long MEASURE_SECONDS = 60;
    private static final long PICTURES_MINUTES = 6;

    /** Short, because paths below it stand in the pictures. */
    private static final Path DEMO = Path.of("/tmp/agentos");

    private static final long DEAD_MS = 500;
    private static final int PARTS = 40;
    private static final String NEXT_PART = "Show the next part";

    private final Figures figures = new Figures("prove", "center");
    private final List<String> wrong = new ArrayList<>();
    private long tried;

    @Override
    public ProveMain.Result run(Path home, int rounds, long seed) throws Exception {
        CenterWindow.headless();
        String lacks = CenterWindow.lacks();
        if (!lacks.isEmpty()) {
            figures.skip("the window", lacks);
            return new ProveMain.Result(figures.top("tried", 0).top("through", 0), 0);
        }
        try (LiveService service = LiveService.startIn(home, DEMO)) {
            // Before the others: the tour's contract is strict and wants a processor of its own.
            tour(service);
            CenterWorld.Agents agents = CenterWorld.populate(service);
            // The charts show a past: it has to happen first.
            TimeUnit.SECONDS.sleep(rounds > 0 ? rounds : MEASURE_SECONDS);
            Path folder = Path.of(System.getProperty("agentos.root", "."), "docs", "images");
            pictures(service, agents, folder.resolve("headless"), 1_000, 1_000, Optional.empty());
            display(service, agents, folder);
            audit(service);
            killed(service);
            closed(service);
        }
        CenterWindow.exit();
        wrong.forEach(what -> figures.skip("WRONG", what));
        figures.top("tried", tried).top("through", wrong.size());
        return new ProveMain.Result(figures, wrong.size());
    }

    // ------------------------------------------------------------------ pictures

    private void display(LiveService service, CenterWorld.Agents agents, Path folder) throws Exception {
        Optional<Display> display = Display.start(1_440, 900);
        if (display.isEmpty()) {
            figures.skip("pictures in an X server", Display.LACKS);
            return;
        }
        try (Display open = display.get()) {
            pictures(service, agents, folder, 1_440, 900, Optional.of(open.name()));
        }
    }

    private void pictures(
            LiveService service,
            CenterWorld.Agents agents,
            Path folder,
            int width,
            int height,
            Optional<String> display)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CenterPictures.class.getName(),
                service.socket().toString(),
                service.home().toString(),
                folder.toString(),
                String.valueOf(width),
                String.valueOf(height),
                display.isPresent() ? "display" : "headless",
                agents.asking(),
                agents.done(),
                "dark",
                "light"));
        ProcessBuilder builder = new ProcessBuilder(command);
        display.ifPresent(name -> builder.environment().put("DISPLAY", name));
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String what = display.isPresent() ? "xvfb" : "headless";
        if (!process.waitFor(PICTURES_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            wrong.add(what + ": the walk ended early: " + out);
            return;
        }
        for (String line : out.lines().toList()) {
            if (line.startsWith("pictures ")) {
                long pictures = Long.parseLong(line.substring("pictures ".length()));
                tried += pictures;
                figures.put("pictures_" + what, pictures);
            } else if (line.startsWith("cut ")) {
                wrong.add(what + ": cut off: " + line.substring("cut ".length()));
            } else if (line.startsWith("lacks ")) {
                figures.skip("pictures " + what, line.substring("lacks ".length()));
            }
        }
    }

    // ------------------------------------------------------------------ the tour

    private static CenterWindow open(LiveService service) throws InterruptedException {
        AgentdClient client = AgentdClient.on(service.socket());
        CenterWindow window = CenterWindow.open(
                client, new AgentctlProcess(Optional.of(service.home()), service.socket()), "dark", 1_000, 1_000);
        window.until("a first look", CenterViewModel::known);
        return window;
    }

    /** Reads a card's content as a person does: part by part, none left out. */
    private static void readToTheEnd(CenterWindow window) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(DEAD_MS);
        for (int part = 0;
                part < PARTS && CenterWindow.ui(() -> window.find(NEXT_PART).isPresent());
                part++) {
            window.click(NEXT_PART);
            TimeUnit.MILLISECONDS.sleep(DEAD_MS);
        }
    }

    private void tour(LiveService service) throws Exception {
        tried++;
        long from = System.nanoTime();
        try (CenterWindow window = open(service)) {
            window.go(Place.of(CenterTab.TOUR));
            window.click("Show the plan");
            window.click("Run it");
            window.untilSeen("Allow this once");
            readToTheEnd(window);
            window.untilEnabled("Allow this once");
            window.click("Allow this once");
            window.untilEnabled("Show the result");
            window.click("Show the result");
            window.untilSeen("Undo the file");
            window.click("Undo the file");
            window.untilSeen("Undone: the file is gone. The audit trail has the write and the undo.");
            window.click("What just happened?");
            window.untilSeen("✓ the audit trail is verified");
            window.untilEnabled("Try to break it");
            window.click("Try to break it");
            window.untilEnabled("Go on");
            window.click("Go on");
            window.untilSeen("Leave the tour");
            figures.put("tour_seconds", (System.nanoTime() - from) / 1e9);
        } catch (IllegalStateException e) {
            wrong.add("tour: " + e.getMessage());
        }
    }

    // ------------------------------------------------------------------ the trail

    /** Proves one record, verifies all, exports; the export holds, and with one changed byte it does not. */
    private void audit(LiveService service) throws Exception {
        tried++;
        Path file = service.base().resolve("trail.jsonl");
        try (CenterWindow window = open(service)) {
            window.go(Place.of(CenterTab.AUDIT));
            window.untilEnabled("Prove that it is in the signed trail");
            window.click("Verify everything");
            window.untilEnabled("Verify everything");
            window.untilGone("verifying …");
            if (window.texts().stream().noneMatch(text -> text.contains("records verified"))) {
                wrong.add("audit: not verified: " + window.texts());
            }
            CenterWindow.ui(() -> {
                if (window.center().shell().open().orElseThrow() instanceof AuditView screen) {
                    screen.export(file);
                }
                return true;
            });
            window.untilSeenLike("Exported to ");
        } catch (IllegalStateException e) {
            wrong.add("audit: " + e.getMessage());
            return;
        }
        AgentctlProcess offline = new AgentctlProcess(Optional.of(service.home()), service.socket());
        List<String> check = List.of("audit", "verify", file.toString());
        if (!offline.run(check).isDone()) {
            wrong.add("audit: the export is not accepted by the offline verifier");
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        if (offline.run(check).isDone()) {
            wrong.add("audit: an export with a changed byte was accepted");
        }
    }

    // ------------------------------------------------------------------ kill -9, closing

    private static Set<String> live(CenterWindow window) {
        return window.state().agents().rows().stream()
                .filter(row -> !row.state().isFinal())
                .map(row -> row.id())
                .collect(Collectors.toSet());
    }

    private void killed(LiveService service) throws Exception {
        tried++;
        try (CenterWindow window = open(service)) {
            Set<String> before = live(window);
            service.killAgentd();
            window.until("the banner", state -> !state.connection().isConnected());
            window.untilSeenLike("agentd has been silent for ");
            if (!live(window).equals(before)) {
                wrong.add("kill -9: agents vanished from the window while agentd was away");
            }
            long from = System.nanoTime();
            service.startAgentd();
            service.awaitReady();
            window.until("the connection", state -> state.connection().isConnected());
            figures.put("reconnect_ms", (System.nanoTime() - from) / 1e6);
            window.until("the same agents", _ -> live(window).equals(before));
            window.untilSeenLike("back; ");
        } catch (IllegalStateException e) {
            wrong.add("kill -9: " + e.getMessage());
        }
    }

    private void closed(LiveService service) throws Exception {
        tried++;
        Set<String> before;
        try (CenterWindow window = open(service)) {
            before = live(window);
            if (CenterWindow.ui(() -> window.center().shell().mayClose())) {
                wrong.add("closing: nothing was said the first time");
            }
            window.click("Close the window");
            if (!CenterWindow.ui(() -> window.center().shell().mayClose())) {
                wrong.add("closing: it was said twice");
            }
        } catch (IllegalStateException e) {
            wrong.add("closing: " + e.getMessage());
            return;
        }
        try (AgentdClient client = service.client()) {
            Set<String> after = client.agents("live").agents().stream()
                    .map(agent -> agent.id())
                    .collect(Collectors.toSet());
            if (!after.equals(before)) {
                wrong.add("closing: agents changed from " + before + " to " + after);
            }
        }
    }
}
