package dev.agentos.tui.ctl;

import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.tui.Exit;
import dev.agentos.tui.tour.TourCommand;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of agentctl: its commands by name, its usage errors, its exit codes. */
public final class Agentctl {

    private static final Map<String, Function<CtlContext, CommandLine>> COMMANDS = commands();

    private Agentctl() {}

    @Command(
            name = "agentctl",
            description = "Run, watch and govern AI agents.",
            versionProvider = Versions.class,
            footer = {
                "",
                "Agents are named by their id or by an end of it: agent-shell-001, shell-001, 001.",
                "Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 a person said no or nobody answered,",
                "5 no such thing, 69 agentd unreachable. agentctl run gives the command's own.",
                "",
                "Examples:",
                "  agentctl tour",
                "  agentctl spawn --contract /etc/agents/rag-planner.yaml --class SRT",
                "  agentctl run --contract coder.yaml -- python3 my_agent.py"
            })
    static final class Root implements Runnable {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help.")
        boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                description = "Show the version.")
        boolean version;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }

    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"agentctl 0.2.0"};
        }
    }

    private static Map<String, Function<CtlContext, CommandLine>> commands() {
        Map<String, Function<CtlContext, CommandLine>> commands = new LinkedHashMap<>();
        commands.put("tour", one(TourCommand::new));
        commands.put("spawn", one(SpawnCommand::new));
        commands.put("run", context -> new CommandLine(new RunCommand(context)).setStopAtPositional(true));
        commands.put("list", one(ListCommand::new));
        commands.put("show", one(ShowCommand::new));
        commands.put("pause", one(AgentCommands.Pause::new));
        commands.put("resume", one(AgentCommands.Resume::new));
        commands.put("kill", one(AgentCommands.Kill::new));
        commands.put("logs", one(AgentCommands.Logs::new));
        commands.put("diff", one(AgentCommands.Diff::new));
        commands.put("undo", one(AgentCommands.Undo::new));
        commands.put("result", one(AgentCommands.Result::new));
        commands.put("explain", one(AgentCommands.Explain::new));
        commands.put("replay", one(ReplayCommand::new));
        commands.put("contract", ContractCommands::group);
        commands.put("tool", ServiceCommands::tools);
        commands.put("model", ServiceCommands::models);
        commands.put("secret", SecretCommands::group);
        commands.put("mail", MailCommands::group);
        commands.put("catalog", CatalogCommands::group);
        commands.put("consent", ConsentCommands::group);
        commands.put("audit", AuditCommands::group);
        commands.put("events", one(EventCommands.Events::new));
        commands.put("history", one(EventCommands.History::new));
        commands.put("status", one(ServiceCommands.Status::new));
        commands.put("doctor", one(DoctorCommand::new));
        commands.put("shutdown", one(ServiceCommands.Shutdown::new));
        commands.put("completion", one(CompletionCommand::new));
        return commands;
    }

    private static Function<CtlContext, CommandLine> one(Function<CtlContext, CtlCommand> command) {
        return context -> new CommandLine(command.apply(context));
    }

    /** Runs one command line and answers with its exit code. */
    public static int run(CtlContext context, String... arguments) {
        // Only the command that is named is built, so that one command does not wait for all the others.
        boolean known = arguments.length > 0 && COMMANDS.containsKey(arguments[0]);
        return line(context, known ? List.of(arguments[0]) : new ArrayList<>(COMMANDS.keySet()))
                .execute(arguments);
    }

    /** The first words of all commands, in the order of the help. */
    public static List<String> names() {
        return List.copyOf(COMMANDS.keySet());
    }

    /** The whole command line, for help and completion. */
    public static CommandLine whole(CtlContext context) {
        return line(context, new ArrayList<>(COMMANDS.keySet()));
    }

    private static CommandLine line(CtlContext context, List<String> names) {
        CommandLine line = new CommandLine(new Root());
        names.forEach(name -> {
            Function<CtlContext, CommandLine> maker = COMMANDS.get(name);
            if (maker != null) {
                line.addSubcommand(name, maker.apply(context));
            }
        });
        var console = context.console();
        line.setOut(new java.io.PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new java.io.PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                console.isPlain() || !console.value("NO_COLOR").isEmpty()
                        ? CommandLine.Help.Ansi.OFF
                        : CommandLine.Help.Ansi.ON));
        line.setUsageHelpWidth(100);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, _) -> usage(context, e));
        line.setExecutionExceptionHandler((e, command, _) -> failed(context, e, command));
        return line;
    }

    private static int usage(CtlContext context, ParameterException e) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName(" ");
        List<String> meant = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        ErrorBody body = new ErrorBody(
                "usage",
                String.valueOf(e.getMessage()),
                "",
                meant.isEmpty() ? name + " --help" : "did you mean " + String.join(" or ", meant) + "?",
                List.of());
        new ErrorReport(Exit.USAGE, body).write(context.console().errorScreen());
        return Exit.USAGE;
    }

    private static int failed(CtlContext context, Exception e, CommandLine command) {
        ErrorReport report = ErrorReport.of(e);
        if (!context.console().value("AGENTOS_DEBUG").isEmpty()) {
            context.console().err().println(stack(e));
        }
        if (command.getCommand() instanceof CtlCommand ctl && ctl.json()) {
            context.console().err().println(report.json());
        } else {
            report.write(context.console().errorScreen());
        }
        context.console().err().flush();
        return command.getCommand() instanceof RunCommand ? RunCommand.exitOf(report) : report.exit();
    }

    private static String stack(Exception e) {
        java.io.StringWriter text = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    /** A command that only holds others. */
    static CommandLine groupOf(Object holder, Map<String, CtlCommand> commands) {
        CommandLine group = new CommandLine(holder);
        commands.forEach(group::addSubcommand);
        return group;
    }

    /** The body of every group: without a command it is a usage error. */
    abstract static class Group implements Runnable {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help.")
        boolean help;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }
}
