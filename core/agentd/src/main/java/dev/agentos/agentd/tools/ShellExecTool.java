package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.util.List;
import java.util.Map;

/**
 * {@code shell.exec}: one command line in a sandbox of its own. It sees the agent's workspace, which it may change, and
 * what the contract lets the agent read, which it may not; it has no network. So nothing outside the workspace can be
 * other afterwards, which is why it counts as reading.
 */
final class ShellExecTool implements Tool.Pure {

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "shell.exec",
                    Effect.READS,
                    "Runs a shell command in a sandbox of its own: no network, only the workspace can change.")
            .input(InputSchema.object()
                    .required(
                            "command",
                            Map.of("type", "string", "minLength", 1L, "maxLength", 20_000L),
                            "What /bin/sh runs.")
                    .optional("stdin", "string", "Its standard input.")
                    .optional(
                            "timeout_s",
                            Map.of("type", "integer", "minimum", 1L, "maximum", (long) WorkspaceCalls.MAX_SECONDS),
                            "Seconds after which it is ended; 60 unless said.")
                    .optional("reason", "string", "Why, in the agent's own words; shown to people as such."))
            .sensitive("command")
            .build();

    private final WorkspaceCalls calls;

    ShellExecTool(SandboxedCalls calls) {
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
        return calls.run(
                "shell.exec",
                List.of("/bin/sh", "-c", arguments.text("command")),
                List.of(),
                Map.of(),
                arguments,
                place);
    }
}
