package dev.agentos.tui;

import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.ctl.ErrorReport;
import dev.agentos.tui.monitor.MonitorProgram;
import dev.agentos.tui.shell.ShellProgram;
import java.util.Arrays;

/** The program {@code agentsh}. */
public final class AgentshMain {

    private AgentshMain() {}

    /** Runs the shell until it is left. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String[] arguments) {
        CtlContext context = CtlContext.system();
        if (Arrays.asList(arguments).contains("--help")
                || Arrays.asList(arguments).contains("-h")) {
            context.console().out().println("""
                    Usage: agentsh [--plain] [-c LINE]
                    A shell for agents: every agentctl command without its prefix, and sentences.

                      --plain   no cursor movement, numbered choices (also with ACCESSIBLE, TERM=dumb or no terminal)
                      -c LINE   run one line and end with its exit code

                    Example:
                      agentsh -c "list --all"\
                    """);
            context.console().out().flush();
            return Exit.DONE;
        }
        try {
            return new ShellProgram(context, () -> MonitorProgram.run(context)).run(arguments);
        } catch (Exception e) {
            ErrorReport report = ErrorReport.of(e);
            report.write(context.console().errorScreen());
            return report.exit();
        }
    }
}
