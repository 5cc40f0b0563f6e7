package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.ToolGateway.Caller;
import dev.agentos.agentd.tools.ToolGateway.Considered;
import dev.agentos.domain.policy.Policy.Target;
import java.util.List;

/** A call on its way through the gateway, with the decision that it rests on. */
record GovernedCall(Caller caller, String step, String key, Tool tool, Arguments arguments, Considered considered) {

    List<Target> targets() {
        return considered.targets();
    }

    /** The path that was decided about; empty for a tool without one. */
    String path() {
        return targets().isEmpty() ? "" : targets().getFirst().path();
    }
}
