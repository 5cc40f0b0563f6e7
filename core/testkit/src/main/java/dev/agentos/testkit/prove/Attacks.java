package dev.agentos.testkit.prove;

import dev.agentos.bridge.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The attack program as seen from here: what it can do, and what it said. */
final class Attacks {

    private Attacks() {}

    /**
     * One hostile program.
     *
     * @param line the line of the threat list
     * @param operation what to ask the service to explain; {@code {key}} in the target stands for a setting
     * @param alone it may take its sandbox down and gets one of its own
     */
    record Attack(String name, String line, String what, String operation, String target, boolean alone) {

        /** The target of the explanation, with the settings put in. */
        String explainedTarget(Map<String, String> settings) {
            String text = target;
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                text = text.replace("{" + setting.getKey() + "}", setting.getValue());
            }
            return text;
        }
    }

    private record AttackList(List<Attack> attacks) {}

    /** One spelling of an attack and what became of it; {@code by} is the mechanism that refused it. */
    record Attempt(String how, boolean through, Optional<String> errno, String detail, String by, boolean skipped) {

        /** The refusal in a few words. */
        String refusal() {
            return errno.map(name -> name + " " + detail).orElse(detail);
        }
    }

    /** What one attack said. */
    record Report(String attack, boolean through, List<Attempt> tries) {
        Report {
            tries = List.copyOf(tries);
        }

        /** The spelling of that name. */
        Optional<Attempt> attempt(String how) {
            return tries.stream().filter(attempt -> attempt.how().equals(how)).findFirst();
        }
    }

    /** Asks the program for its list. */
    static List<Attack> list(Path program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "list", "--json").start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(program + " list ended with " + process.exitValue());
        }
        return WireJson.read("{\"attacks\":" + text + "}", AttackList.class).attacks();
    }

    /** The reports among the lines of an output; a line that is none (a shell's complaint, say) is left out. */
    static List<Report> reports(String output) {
        List<Report> reports = new ArrayList<>();
        for (String line : output.split("\n")) {
            if (line.startsWith("{\"attack\"")) {
                reports.add(WireJson.read(line, Report.class));
            }
        }
        return reports;
    }

    /** {@code --key value} for each setting. */
    static List<String> words(Map<String, String> settings) {
        List<String> words = new ArrayList<>();
        settings.forEach((key, value) -> {
            words.add("--" + key);
            words.add(value);
        });
        return words;
    }
}
