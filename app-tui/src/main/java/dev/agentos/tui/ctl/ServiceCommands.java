package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Commands on the service, its tools and its models. */
final class ServiceCommands {

    private ServiceCommands() {}

    /** The long way of a command whose plain forms take the fast path; it never starts a service either. */
    @Command(
            name = "status",
            description = "Whether agentd is well, and what waits.",
            footer = {
                "",
                "Exit code 69 when none answers. It starts nothing.",
                "",
                "Example:",
                "  agentctl status --json"
            })
    static final class Status extends CtlCommand {
        Status(CtlContext context) {
            super(context);
        }

        @Override
        protected boolean mayStart() {
            return false;
        }

        @Override
        protected int run() throws InterruptedException {
            ServiceWire.Status status = client().status();
            return show(status, () -> summary(screen(), status));
        }
    }

    static void summary(Screen screen, ServiceWire.Status status) {
        boolean ready = status.state().equals("ready");
        screen.line(screen.tone(ready ? Tone.OK : Tone.BAD, ready ? "●" : "✕") + " agentd " + status.version() + " "
                + status.state() + screen.muted(" · pid " + status.pid()));
        if (!status.detail().isEmpty()) {
            screen.labelled(2, 13, "", Role.BAD, status.detail());
        }
        screen.labelled(
                2,
                13,
                "Enforcement",
                Role.TEXT,
                status.enforcement().mode() + ", " + status.enforcement().enforced() + " of "
                        + status.enforcement().total());
        screen.labelled(
                2,
                13,
                "Needs you",
                Role.TEXT,
                status.consentsWaiting() == 0 ? "nothing" : status.consentsWaiting() + " · agentctl consent list");
        screen.labelled(2, 13, "State", Role.TEXT, status.stateDirectory());
    }

    @Command(
            name = "shutdown",
            description = "Stop agentd. Agents keep running and are taken up again at its next start.",
            footer = {"", "Example:", "  agentctl shutdown"})
    static final class Shutdown extends CtlCommand {
        Shutdown(CtlContext context) {
            super(context);
        }

        @Override
        protected boolean mayStart() {
            return false;
        }

        @Override
        protected int run() throws InterruptedException {
            client().shutdown();
            return show(Map.of("stopping", true), () -> screen().line("agentd is stopping; agents keep running."));
        }
    }

    // ------------------------------------------------------------------ tools

    @Command(
            name = "tool",
            description = "The tools behind the gateway.",
            footer = {"", "Example:", "  agentctl tool list"})
    static final class ToolHolder extends Agentctl.Group {}

    static CommandLine tools(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("list", new ListTools(context));
        commands.put("show", new ToolCommands.Show(context));
        commands.put("explain", new ToolCommands.Explain(context));
        commands.put("call", new ToolCommands.Call(context));
        commands.put("task", new ToolCommands.BeginTask(context));
        commands.put("tasks", new ToolCommands.ListTasks(context));
        commands.put("approvals", new ApprovalCommands.ListApprovals(context));
        commands.put("approve", new ApprovalCommands.Approve(context));
        commands.put("sign", new ApprovalCommands.Sign(context));
        commands.put("add", new ApprovalCommands.Add(context));
        commands.put("remove", new ApprovalCommands.Remove(context));
        return Agentctl.groupOf(new ToolHolder(), commands);
    }

    @Command(
            name = "list",
            description = "Every tool, what it does and whether it can be undone.",
            footer = {"", "Example:", "  agentctl tool list --json"})
    static final class ListTools extends CtlCommand {
        ListTools(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ServiceWire.Tools tools = client().tools();
            return show(tools, () -> {
                Table table = new Table("TOOL", "EFFECT", "UNDO", "WHAT");
                tools.tools()
                        .forEach(tool -> table.row(
                                Cell.of(tool.name()),
                                Cell.of(tool.effect().equals("changes") ? Tone.NEEDS : Tone.PLAIN, tool.effect()),
                                Cell.of(tool.effect().equals("changes") ? (tool.reversible() ? "yes" : "no") : "–"),
                                Cell.of(Tone.MUTED, tool.summary())));
                table.write(screen());
            });
        }
    }

    // ------------------------------------------------------------------ models

    @Command(
            name = "model",
            description = "Models, and what flexible contracts may fall back to.",
            footer = {"", "Example:", "  agentctl model substitute add local/extractive"})
    static final class ModelHolder extends Agentctl.Group {}

    @Command(
            name = "substitute",
            description = "The operator's list of models that flexible contracts may fall back to.",
            footer = {"", "Example:", "  agentctl model substitute list"})
    static final class SubstituteHolder extends Agentctl.Group {}

    static CommandLine models(CtlContext context) {
        CommandLine models = Agentctl.groupOf(new ModelHolder(), ModelCommands.all(context));
        Map<String, CtlCommand> substitutes = new LinkedHashMap<>();
        substitutes.put("list", new ListSubstitutes(context));
        substitutes.put("add", new AddSubstitute(context));
        substitutes.put("remove", new RemoveSubstitute(context));
        models.addSubcommand("substitute", Agentctl.groupOf(new SubstituteHolder(), substitutes));
        return models;
    }

    @Command(
            name = "list",
            description = "The list.",
            footer = {"", "Example:", "  agentctl model substitute list"})
    static final class ListSubstitutes extends CtlCommand {
        ListSubstitutes(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            return told(this, client().substitutes());
        }
    }

    private static int told(CtlCommand command, ServiceWire.Substitutes substitutes) {
        return command.show(substitutes, () -> {
            substitutes
                    .models()
                    .forEach(model ->
                            command.screen().line("  " + command.screen().text(model)));
            if (substitutes.models().isEmpty()) {
                command.screen()
                        .line("No substitutes: a model that is missing is a refusal. "
                                + "Add one: agentctl model substitute add local/extractive");
            }
        });
    }

    @Command(
            name = "add",
            description = "Add a model at the end.",
            footer = {"", "Example:", "  agentctl model substitute add local/extractive"})
    static final class AddSubstitute extends CtlCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
        private String model = "";

        AddSubstitute(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            List<String> models = new ArrayList<>(client().substitutes().models());
            if (!models.contains(model)) {
                models.add(model);
            }
            return told(this, client().setSubstitutes(models));
        }
    }

    @Command(
            name = "remove",
            description = "Take a model off the list.",
            footer = {"", "Example:", "  agentctl model substitute remove local/extractive"})
    static final class RemoveSubstitute extends CtlCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
        private String model = "";

        RemoveSubstitute(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            List<String> models = new ArrayList<>(client().substitutes().models());
            if (!models.remove(model)) {
                throw new CtlException(
                        Exit.NOT_FOUND,
                        "not-found",
                        model + " is not on the list",
                        model,
                        "agentctl model substitute list");
            }
            return told(this, client().setSubstitutes(models));
        }
    }
}
