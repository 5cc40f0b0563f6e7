package dev.agentos.tui;

import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.ctl.ErrorReport;
import dev.agentos.tui.monitor.MonitorProgram;

/** The program {@code agentmon}. */
public final class AgentmonMain {

    private AgentmonMain() {}

    /** Shows the monitor until it is left. */
    public static void main(String[] arguments) {
        CtlContext context = CtlContext.system();
        int exit;
        try {
            exit = MonitorProgram.run(context, arguments);
        } catch (Exception e) {
            ErrorReport report = ErrorReport.of(e);
            report.write(context.console().errorScreen());
            exit = report.exit();
        }
        System.exit(exit);
    }
}
