package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.ChangeView;
import dev.agentos.bridge.wire.AgentWire.StepView;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.TerminalText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on agents that exist. */
final class AgentCommands {

    private static final Duration LOG_WAIT = Duration.ofSeconds(10);

    private AgentCommands() {}

    /** Glyph and word in their colour. */
    static String mark(Screen screen, AgentView agent) {
        return screen.tone(Tone.ofWord(agent.word()), agent.glyph() + " " + agent.word());
    }

    static boolean isOver(AgentView agent) {
        return List.of("done", "failed", "killed", "dead").contains(agent.state());
    }

    /** The exit code that an agent's end means for whoever waited for it. */
    static int exitOf(AgentView agent) {
        if (agent.state().equals("done")) {
            return Exit.DONE;
        }
        String note = agent.steps().stream()
                .filter(step -> step.state().equals("failed"))
                .map(StepView::note)
                .findFirst()
                .orElse("");
        if (note.startsWith("consent.")) {
            return Exit.NOT_CONSENTED;
        }
        return note.startsWith("policy.") ? Exit.REFUSED : Exit.FAILED;
    }

    /** A command on one agent. */
    abstract static class OnAgent extends CtlCommand {
        @Parameters(index = "0", paramLabel = "AGENT", description = "The agent: its id, or an end of it.")
        private String agent = "";

        OnAgent(CtlContext context) {
            super(context);
        }

        final String id() throws InterruptedException {
            return AgentNames.resolve(client(), agent);
        }

        /** Whether an id was given, for commands that can do without. */
        final boolean isNamed() {
            return !agent.isEmpty();
        }
    }

    // ------------------------------------------------------------------ pause, resume, kill

    @Command(
            name = "pause",
            description = "Pause an agent: nothing of it runs until it is resumed.",
            footer = {"", "Example:", "  agentctl pause agent-rag-planner-001"})
    static final class Pause extends OnAgent {
        Pause(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AgentView agent = client().pause(id());
            return show(agent, () -> SpawnCommand.told(screen(), agent));
        }
    }

    @Command(
            name = "resume",
            description = "Let a paused agent go on.",
            footer = {"", "Example:", "  agentctl resume 001"})
    static final class Resume extends OnAgent {
        Resume(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AgentView agent = client().resume(id());
            return show(agent, () -> SpawnCommand.told(screen(), agent));
        }
    }

    @Command(
            name = "kill",
            description = "End an agent and everything it started.",
            footer = {"", "Examples:", "  agentctl kill shell-001", "  agentctl kill --all"})
    static final class Kill extends CtlCommand {
        @Parameters(arity = "0..*", paramLabel = "AGENT", description = "The agents.")
        private List<String> agents = new ArrayList<>();

        @Option(names = "--all", description = "Every agent that is not over.")
        private boolean all;

        Kill(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            if (all == !agents.isEmpty()) {
                throw new CtlException(
                        Exit.USAGE, "usage", "name the agents, or say --all", "kill", "agentctl kill --help");
            }
            List<String> ids = new ArrayList<>();
            if (all) {
                client().agents("live").agents().forEach(agent -> ids.add(agent.id()));
            }
            for (String given : agents) {
                ids.add(AgentNames.resolve(client(), given));
            }
            for (String id : ids) {
                AgentView agent = client().kill(id);
                show(agent, () -> SpawnCommand.told(screen(), agent));
            }
            if (ids.isEmpty() && !json()) {
                screen().line("Nothing runs.");
            }
            return Exit.DONE;
        }
    }

    // ------------------------------------------------------------------ logs

    @Command(
            name = "logs",
            description = "What a process agent wrote.",
            footer = {"", "Example:", "  agentctl logs -f shell-001"})
    static final class Logs extends OnAgent {
        @Option(
                names = {"-f", "--follow"},
                description = "Go on until the agent ends.")
        private boolean follow;

        @Option(names = "--stderr", description = "Its standard error instead of its standard output.")
        private boolean stderr;

        Logs(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            String id = id();
            String stream = stderr ? "stderr" : "stdout";
            TerminalText filter = new TerminalText();
            boolean terminal = context.console().outTerminal();
            long offset = 0;
            while (true) {
                AgentWire.LogChunk chunk = client().log(id, stream, offset, follow ? LOG_WAIT : Duration.ZERO);
                if (json() && !chunk.text().isEmpty()) {
                    printJson(chunk);
                } else if (!json()) {
                    context.console().out().print(terminal ? filter.accept(chunk.text()) : chunk.text());
                    context.console().out().flush();
                }
                if (chunk.ended() || (!follow && chunk.next() == offset)) {
                    return Exit.DONE;
                }
                offset = chunk.next();
            }
        }
    }

    // ------------------------------------------------------------------ changes

    @Command(
            name = "diff",
            description = "Files that an agent changed, with what changed in them.",
            footer = {"", "Example:", "  agentctl diff 001"})
    static final class Diff extends OnAgent {
        Diff(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AgentWire.Changes changes = client().changes(id());
            return show(changes, () -> changes(screen(), changes, true));
        }
    }

    /** Changes as a list, with their diffs where wanted. */
    static void changes(Screen screen, AgentWire.Changes changes, boolean diffs) {
        if (changes.changes().isEmpty()) {
            screen.line("  It changed nothing.");
        }
        for (ChangeView change : changes.changes()) {
            Tone tone = switch (change.state()) {
                case "written", "done" -> Tone.OK;
                case "undone" -> Tone.MUTED;
                default -> Tone.NEEDS;
            };
            screen.line("  " + screen.tone(tone, (tone == Tone.OK ? "✓ " : "· ") + change.state()) + "  "
                    + screen.bold(change.path()) + "  "
                    + screen.muted((change.wasNew() ? "new file, " : "")
                            + (change.bytes() < 0 ? "" : ConsentCard.size(change.bytes()) + " · ")
                            + change.key()));
            if (diffs) {
                for (String line : change.diff().lines().toList()) {
                    Role role = line.startsWith("+") ? Role.OK : line.startsWith("-") ? Role.BAD : Role.MUTED;
                    screen.line("    " + screen.paint(role, line.replace("\t", "    ")));
                }
            }
        }
    }

    @Command(
            name = "undo",
            description = "Take back what an agent changed: one change, or all.",
            footer = {"", "Example:", "  agentctl undo 001"})
    static final class Undo extends OnAgent {
        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "KEY",
                description = "One change, as agentctl diff names it.")
        private @Nullable String key;

        @Option(names = "--force", description = "Even where the file was changed since.")
        private boolean force;

        Undo(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AgentWire.Changes changes = client().undo(id(), new AgentWire.Undo(Optional.ofNullable(key), force));
            return show(changes, () -> changes(screen(), changes, false));
        }
    }

    // ------------------------------------------------------------------ result, explain

    @Command(
            name = "result",
            description = "What the steps of the last run gave.",
            footer = {"", "Example:", "  agentctl result 001 --json"})
    static final class Result extends OnAgent {
        /** The answer of a model; a plan may have a step of this name as well. */
        private static final String ANSWER = "answer";

        private static final String LINKS = "links_removed";

        Result(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AgentWire.Result result = client().result(id());
            return show(result, () -> {
                Screen screen = screen();
                screen.line("  " + screen.bold(result.run()) + "  " + screen.text(result.outcome())
                        + (result.reason().isEmpty() ? "" : screen.muted("  " + result.reason())));
                if (result.untrusted()) {
                    screen.line("  " + screen.tone(Tone.NEEDS, "rests on untrusted content")
                            + screen.muted("  of " + String.join(", ", result.sources())));
                }
                result.outputs().forEach((step, output) -> {
                    screen.line("  " + screen.paint(Role.ACCENT, step));
                    if (output instanceof Map<?, ?> map && step.equals(ANSWER) && map.containsKey(LINKS)) {
                        answer(screen, map);
                    } else if (output instanceof Map<?, ?> map) {
                        map.forEach((name, value) -> screen.line("    "
                                + screen.muted(Screen.pad(String.valueOf(name), 12))
                                + Screen.fit(screen.text(brief(value)), screen.width() - 18)));
                    }
                });
            });
        }

        /** What a model said last is what the agent was for: it is shown whole. */
        private static void answer(Screen screen, Map<?, ?> answer) {
            String.valueOf(answer.get("text")).lines().forEach(line -> screen.prose(4, line));
            if (answer.get(LINKS) instanceof Number links && links.longValue() > 0) {
                screen.line("    " + screen.muted("links taken out because they carried data: " + links));
            }
        }

        private static String brief(@Nullable Object value) {
            return switch (value) {
                case List<?> list -> list.size() + " item" + (list.size() == 1 ? "" : "s");
                case String text -> text.length() > 300 ? text.substring(0, 300) : text;
                case null -> "";
                default -> value.toString();
            };
        }
    }

    @Command(
            name = "explain",
            description = "Why an operation was, or would be, allowed or refused.",
            footer = {
                "",
                "Operations: read, list, write, create, delete, exec PATH; connect HOST[:PORT] or a URL; resolve NAME;",
                "syscall NAME; socket KIND; limit memory|pids|cpu|open-files|inodes|disk; the name of a tool.",
                "",
                "Examples:",
                "  agentctl explain shell-001 read /etc/shadow",
                "  agentctl explain shell-001 connect example.org:443",
                "  agentctl explain shell-001 syscall mount"
            })
    static final class Explain extends OnAgent {
        @Parameters(index = "1", paramLabel = "OP", description = "The operation.")
        private String operation = "";

        @Parameters(index = "2", arity = "0..*", paramLabel = "TARGET", description = "What it was for.")
        private List<String> target = new ArrayList<>();

        Explain(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AgentWire.Explanation explanation = client().explain(id(), operation, String.join(" ", target));
            return show(explanation, () -> explanation(screen(), explanation));
        }
    }

    /** An explanation in a few lines. */
    static void explanation(Screen screen, AgentWire.Explanation said) {
        Tone tone = switch (said.answer()) {
            case "allowed" -> Tone.OK;
            case "refused" -> Tone.BAD;
            default -> Tone.NEEDS;
        };
        String glyph = tone == Tone.OK ? "✓ " : tone == Tone.BAD ? "✕ " : "? ";
        screen.line("  " + screen.tone(tone, glyph + said.answer()) + "  "
                + screen.bold((said.operation() + " " + said.target()).strip()));
        screen.labelled(4, 10, "why", Role.TEXT, said.why());
        if (!said.mechanism().isEmpty()) {
            screen.labelled(4, 10, "by", Role.TEXT, said.mechanism());
        }
        if (!said.contractLine().isEmpty()) {
            screen.labelled(4, 10, "contract", Role.TEXT, said.contractLine());
        }
        if (!said.next().isEmpty()) {
            screen.labelled(4, 10, "next", Role.TEXT, said.next());
        }
    }
}
