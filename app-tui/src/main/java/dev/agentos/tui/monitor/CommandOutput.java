package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.Tone;
import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.Agentctl;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.term.Console;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A command of agentctl run inside a view: its output as lines, with no terminal to ask at. */
final class CommandOutput {

    private CommandOutput() {}

    record Ran(int exit, List<TextLine> lines) {
        String sentence() {
            String first = lines.isEmpty() ? "" : lines.getFirst().text().strip();
            return exit == Exit.DONE
                    ? "✓ " + (first.isEmpty() ? "done" : first)
                    : "✕ " + (first.isEmpty() ? "failed with " + exit : first);
        }
    }

    static Ran run(CtlContext context, List<String> words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                false,
                context.console().environment());
        int exit = Agentctl.run(new CtlContext(console, context.connector()), words.toArray(String[]::new));
        List<TextLine> lines = new ArrayList<>();
        err.toString(StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> lines.add(new TextLine(exit == Exit.DONE ? Tone.MUTED : Tone.BAD, line)));
        out.toString(StandardCharsets.UTF_8).lines().forEach(line -> lines.add(TextLine.of(line)));
        return new Ran(exit, List.copyOf(lines));
    }
}
