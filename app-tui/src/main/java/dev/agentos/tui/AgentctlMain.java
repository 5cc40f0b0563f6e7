package dev.agentos.tui;

import dev.agentos.tui.ctl.Agentctl;
import dev.agentos.tui.ctl.CtlContext;

/** The program {@code agentctl}. */
public final class AgentctlMain {

    private AgentctlMain() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        int exit = run(arguments);
        if (FastStatus.isAsked(arguments)) {
            // Nothing is left to clean up, and an orderly exit costs several milliseconds.
            Runtime.getRuntime().halt(exit);
        }
        System.exit(exit);
    }

    /** Runs one command. */
    static int run(String[] arguments) {
        // Asked often and from prompts, so it must cost no more than the virtual machine does.
        return FastStatus.isAsked(arguments) ? FastStatus.run(arguments) : Agentctl.run(CtlContext.system(), arguments);
    }
}
