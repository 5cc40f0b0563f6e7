package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.port.Sandbox.Mount;
import java.util.List;
import java.util.Map;

/**
 * A tool that runs a program of the agent's own words in a sandbox of its own. The program sees the agent's workspace,
 * which it may change, and what the contract lets the agent read, which it may not; it has no network. So nothing outside
 * the workspace can be other afterwards, which is why it counts as reading.
 */
abstract class ProgramTool implements Tool.Pure {

    private final ToolDescriptor descriptor;
    private final WorkspaceCalls calls;

    ProgramTool(ToolDescriptor descriptor, SandboxedCalls calls) {
        this.descriptor = descriptor;
        this.calls = new WorkspaceCalls(calls);
    }

    /**
     * What runs.
     *
     * @param files beside the workspace
     * @param env beside the usual
     */
    record Program(List<String> argv, List<Mount> files, Map<String, String> env) {}

    abstract Program program(Arguments arguments) throws ToolException;

    /** The arguments that every program takes, beside its own. */
    static InputSchema withUsual(InputSchema own) {
        return own.optional("stdin", "string", "Its standard input.")
                .optional(
                        "timeout_s",
                        Map.of("type", "integer", "minimum", 1L, "maximum", (long) WorkspaceCalls.MAX_SECONDS),
                        "Seconds after which it is ended; 60 unless said.")
                .optional("reason", "string", "Why, in the agent's own words; shown to people as such.");
    }

    @Override
    public ToolDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) {
        return List.of();
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        Program program = program(arguments);
        return calls.run(descriptor.name(), program.argv(), program.files(), program.env(), arguments, place);
    }
}
