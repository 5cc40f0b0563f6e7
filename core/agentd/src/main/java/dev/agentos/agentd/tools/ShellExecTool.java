package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.util.List;
import java.util.Map;

/** {@code shell.exec}: one command line. */
final class ShellExecTool extends ProgramTool {

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "shell.exec",
                    Effect.READS,
                    "Runs a shell command in a sandbox of its own: no network, only the workspace can change.")
            .input(withUsual(InputSchema.object()
                    .required(
                            "command",
                            Map.of("type", "string", "minLength", 1L, "maxLength", 20_000L),
                            "What /bin/sh runs.")))
            .sensitive("command")
            .build();

    ShellExecTool(SandboxedCalls calls) {
        super(DESCRIPTOR, calls);
    }

    @Override
    Program program(Arguments arguments) throws ToolException {
        return new Program(List.of("/bin/sh", "-c", arguments.text("command")), List.of(), Map.of());
    }
}
