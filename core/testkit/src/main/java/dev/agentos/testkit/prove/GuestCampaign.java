package dev.agentos.testkit.prove;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.testkit.prove.AttackTable.Control;
import dev.agentos.testkit.prove.Attacks.Attack;
import dev.agentos.testkit.prove.Attacks.Report;
import dev.agentos.testkit.service.Figures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The native suite and the attacks on another kernel: a Debian guest with version 2 control groups, AppArmor and systemd,
 * privileged and as an ordinary user. A shell script makes and boots it; what it reports over a serial line is read here.
 */
final class GuestCampaign implements ProveMain.Campaign {

    /** The script's answer when this machine cannot try it. */
    private static final int CANNOT = 77;

    /** One mode's reports, by where the attack ran. */
    private static final class Mode {
        private final Map<String, Report> inside = new LinkedHashMap<>();
        private final Map<String, Report> outside = new LinkedHashMap<>();
        private final Map<String, Report> outsideAsRoot = new LinkedHashMap<>();
        private long passed;
        private long failed;
        private long skipped;

        private Map<String, Report> of(String run) {
            return switch (run) {
                case "inside" -> inside;
                case "outside" -> outside;
                default -> outsideAsRoot;
            };
        }
    }

    private record Line(String run, Report report) {}

    private final Figures figures = new Figures("prove", "guest");
    private final AttackTable table = new AttackTable(figures);
    private final Map<String, Mode> modes = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private boolean finished;

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        Path root = Path.of(System.getProperty("agentos.root", "."));
        long started = System.nanoTime();
        Process script = new ProcessBuilder(
                        root.resolve("installer/src/main/guest/prove-guest").toString(), root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = script.waitFor();
        if (code == CANNOT) {
            figures.skip("the guest", said);
            table.finish();
            return new ProveMain.Result(figures, 0);
        }
        if (code != 0) {
            throw new IOException("the guest was not run: the script ended with " + code + "; see its messages above");
        }
        for (String line : Files.readAllLines(Path.of(said))) {
            read(line);
        }
        if (!finished) {
            failures.add("the guest did not come to its end; its last words are in " + said);
        }
        for (Attack attack : Attacks.list(home.resolve("bin/agentos-attacks"))) {
            modes.forEach((name, mode) -> compare(name, mode, attack));
        }
        modes.forEach(this::sums);
        table.finish();
        figures.put("seconds", (System.nanoTime() - started) / 1e9);
        failures.forEach(System.err::println);
        table.findings().forEach(System.err::println);
        return new ProveMain.Result(figures, table.through() + failures.size());
    }

    private void read(String line) {
        String[] words = line.split(" ", 3);
        switch (words[0]) {
            case "FACT" -> fact(line.substring(5));
            case "TEST" -> test(line.split(" "));
            case "SKIP" -> {
                mode(words[1]).skipped++;
                figures.skip(words[1] + " " + before(words[2]), after(words[2]));
            }
            case "ATTACK" -> {
                Line report = WireJson.read(words[2], Line.class);
                mode(words[1]).of(report.run()).put(report.report().attack(), report.report());
            }
            case "PROBE" -> probe(words[1], words[2]);
            case "END" -> finished = true;
            default -> {
                // A log line; the file keeps it.
            }
        }
    }

    private Mode mode(String name) {
        return modes.computeIfAbsent(name, _ -> new Mode());
    }

    private void fact(String text) {
        figures.put("guest_" + before(text).replace(' ', '_'), after(text));
    }

    private static String before(String text) {
        int colon = text.indexOf(": ");
        return colon < 0 ? text : text.substring(0, colon);
    }

    private static String after(String text) {
        int colon = text.indexOf(": ");
        return colon < 0 ? "" : text.substring(colon + 2);
    }

    private void test(String[] words) {
        Mode mode = mode(words[1]);
        switch (words[words.length - 1]) {
            case "ok" -> mode.passed++;
            case "ignored" -> mode.skipped++;
            default -> {
                mode.failed++;
                failures.add(words[1] + ": " + words[2] + " " + words[3] + " failed");
            }
        }
    }

    /** Without the profile the restriction must be named; with it user namespaces must be there. */
    private void probe(String when, String json) {
        boolean named = json.contains("apparmor_restrict_unprivileged_userns");
        if (when.equals("restricted") == named) {
            figures.put("apparmor_" + when, named ? "the restriction is named" : "user namespaces are there");
        } else {
            failures.add("apparmor " + when + ": " + json);
        }
    }

    private void compare(String name, Mode mode, Attack attack) {
        Optional<Report> inside = Optional.ofNullable(mode.inside.get(attack.name()));
        if (inside.isEmpty()) {
            if (!mode.outside.isEmpty()) {
                figures.skip(name + ", " + attack.name(), "it did not report; see the test of the attacks above");
            }
            return;
        }
        Control control = new Control(
                Optional.ofNullable(mode.outside.get(attack.name())),
                Optional.ofNullable(mode.outsideAsRoot.get(attack.name())));
        // Explanations are the service's, and there is none in the guest.
        table.add(attack, " (" + name + ")", inside.get(), control, Optional.of("not asked here"));
    }

    private void sums(String name, Mode mode) {
        figures.put(name + "_tests_passed", mode.passed)
                .put(name + "_tests_failed", mode.failed)
                .put(name + "_tests_skipped", mode.skipped);
    }
}
