package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.port.Sandbox.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code code.python}: a Python program in a sandbox of its own, as {@link ShellExecTool} runs a command. */
final class CodePythonTool implements Tool.Pure {

    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final String INSIDE = "/code/main.py";

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "code.python",
                    Effect.READS,
                    "Runs a Python program in a sandbox of its own: no network, only the workspace can change.")
            .input(InputSchema.object()
                    .required("code", Map.of("type", "string", "minLength", 1L, "maxLength", 200_000L), "The program.")
                    .optional("stdin", "string", "Its standard input.")
                    .optional("args", Map.of("type", "array", "items", Map.of("type", "string")), "Its arguments.")
                    .optional(
                            "timeout_s",
                            Map.of("type", "integer", "minimum", 1L, "maximum", (long) WorkspaceCalls.MAX_SECONDS),
                            "Seconds after which it is ended; 60 unless said.")
                    .optional("reason", "string", "Why, in the agent's own words; shown to people as such."))
            .sensitive("code")
            .build();

    private final WorkspaceCalls calls;

    CodePythonTool(SandboxedCalls calls) {
        this.calls = new WorkspaceCalls(calls);
    }

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) {
        return List.of();
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        if (!Files.isExecutable(PYTHON)) {
            throw new ToolException(
                    "program.missing",
                    PYTHON + " is not on this machine",
                    "install it (Debian and Ubuntu: apt-get install python3)");
        }
        List<String> argv = new java.util.ArrayList<>(List.of(PYTHON.toString(), "-B", "-s", INSIDE));
        if (arguments.has("args")) {
            argv.addAll(arguments.texts("args"));
        }
        return calls.run(
                "code.python",
                argv,
                List.of(new Mount.File(INSIDE, arguments.text("code"))),
                Map.of("MPLBACKEND", "Agg", "PYTHONUNBUFFERED", "1", "MPLCONFIGDIR", "/tmp"),
                arguments,
                place);
    }
}
