package dev.agentos.tui;

import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.log.LogCommand;

/** The program {@code agentlog}. */
public final class AgentlogMain {

    private AgentlogMain() {}

    /** Prints what happened and exits with the command's code. */
    public static void main(String[] arguments) {
        System.exit(LogCommand.run(CtlContext.system(), arguments));
    }
}
