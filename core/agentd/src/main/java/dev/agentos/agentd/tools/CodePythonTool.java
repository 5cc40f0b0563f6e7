package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.port.Sandbox.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code code.python}: a Python program. */
final class CodePythonTool extends ProgramTool {

    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final String INSIDE = "/code/main.py";

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "code.python",
                    Effect.READS,
                    "Runs a Python program in a sandbox of its own: no network, only the workspace can change.")
            .input(withUsual(InputSchema.object()
                    .required("code", Map.of("type", "string", "minLength", 1L, "maxLength", 200_000L), "The program.")
                    .optional("args", Map.of("type", "array", "items", Map.of("type", "string")), "Its arguments.")))
            .sensitive("code")
            .build();

    CodePythonTool(SandboxedCalls calls) {
        super(DESCRIPTOR, calls);
    }

    @Override
    Program program(Arguments arguments) throws ToolException {
        if (!Files.isExecutable(PYTHON)) {
            throw new ToolException(
                    "program.missing",
                    PYTHON + " is not on this machine",
                    "install it (Debian and Ubuntu: apt-get install python3)");
        }
        List<String> argv = new ArrayList<>(List.of(PYTHON.toString(), "-B", "-s", INSIDE));
        if (arguments.has("args")) {
            argv.addAll(arguments.texts("args"));
        }
        return new Program(
                argv,
                List.of(new Mount.File(INSIDE, arguments.text("code"))),
                Map.of("MPLBACKEND", "Agg", "PYTHONUNBUFFERED", "1", "MPLCONFIGDIR", "/tmp"));
    }
}
