package dev.agentos.tui.ctl;

import dev.agentos.tui.term.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** agentctl in the test's own process, against a fake agentd. */
final class Ctl {

    /** What a command line came to. */
    record Ran(int exit, String out, String err) {}

    final FakeAgentd agentd = new FakeAgentd();
    final Map<String, String> environment = new HashMap<>(Map.of("AGENTOS_STATE", "/nonexistent/agentos"));

    Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                false,
                environment);
        int exit = Agentctl.run(new CtlContext(console, (_, _) -> agentd), arguments);
        return new Ran(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
