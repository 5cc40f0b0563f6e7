package dev.agentos.tui;

import dev.agentos.tui.ctl.Agentctl;
import dev.agentos.tui.ctl.CtlContext;

/** The program {@code agentctl}. */
public final class AgentctlMain {

    private AgentctlMain() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        // Asked often and from prompts, so it must cost no more than the virtual machine does.
        int exit = FastStatus.isAsked(arguments) ? FastStatus.run(arguments) : Agentctl.run(CtlContext.system(), arguments);
        System.out.flush();
        System.exit(exit);
    }
}
