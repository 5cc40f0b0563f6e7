package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ServiceWire.ToolView;
import dev.agentos.bridge.wire.TaskWire;
import dev.agentos.bridge.wire.TaskWire.CallView;
import dev.agentos.bridge.wire.TaskWire.Considered;
import dev.agentos.bridge.wire.TaskWire.OriginView;
import dev.agentos.bridge.wire.TaskWire.TaskView;
import dev.agentos.bridge.wire.TaskWire.ToolCall;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;

/** One tool: what it is, what a decision on a call would be, a call by a person, and the tasks that calls belong to. */
final class ToolCommands {

    private ToolCommands() {}

    /** Arguments from {@code NAME=VALUE} pairs, or from one JSON object. A value that is JSON is taken as JSON. */
    static Map<String, Object> arguments(List<String> given) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (String word : given) {
            if (word.startsWith("{")) {
                object(word).forEach((name, value) -> arguments.put(String.valueOf(name), value));
                continue;
            }
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new CtlException(
                        Exit.USAGE,
                        "usage",
                        "an argument is NAME=VALUE or a JSON object, not " + word,
                        word,
                        "for example: path=/tmp/a.txt 'content=hello'");
            }
            arguments.put(word.substring(0, equals), value(word.substring(equals + 1)));
        }
        return arguments;
    }

    private static Map<?, ?> object(String json) {
        try {
            return WireJson.read(json, Map.class);
        } catch (JacksonException e) {
            throw new CtlException(
                    Exit.USAGE,
                    "usage",
                    "the arguments are no JSON object: " + e.getOriginalMessage(),
                    json,
                    "correct them");
        }
    }

    /** Lists, objects, numbers and truths as such, everything else as text. */
    private static Object value(String text) {
        if (text.matches("-?\\d{1,15}(\\.\\d{1,6})?|true|false|\\[.*]|\\{.*}")) {
            try {
                Object read = WireJson.read(text, Object.class);
                return read == null ? text : read;
            } catch (JacksonException e) {
                return text;
            }
        }
        return text;
    }

    @Command(
            name = "show",
            description = "What one tool does, takes, labels and costs.",
            footer = {"", "Example:", "  agentctl tool show fs.write"})
    static final class Show extends CtlCommand {
        @Parameters(index = "0", paramLabel = "TOOL", description = "The tool.")
        private String name = "";

        Show(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ToolView tool = client().tools().tools().stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new CtlException(
                            Exit.NOT_FOUND,
                            "tool.unknown",
                            "no tool is called " + name,
                            name,
                            "see agentctl tool list"));
            return show(tool, () -> {
                screen().line(screen().bold(tool.name()) + "  " + tool.summary());
                line("capability", tool.capability());
                line("effect", tool.effect() + (tool.reversible() ? ", can be undone" : ""));
                line("repeating", tool.idempotency());
                line("takes data", String.join(", ", tool.reads()));
                line("gives data", String.join(", ", tool.writes()));
                tool.writesFields().forEach((field, labels) -> line("  " + field, String.join(", ", labels)));
                line("goes to", tool.destinations().isEmpty() ? "nowhere" : String.join(", ", tool.destinations()));
                line("sensitive", tool.sensitive().isEmpty() ? "nothing" : String.join(", ", tool.sensitive()));
                line(
                        "counts as",
                        tool.cost().calls() + " calls, " + tool.cost().microUsd() + " millionths of a dollar");
                line("kept", tool.cache());
                line("arguments", tool.inputSchema());
            });
        }

        private void line(String name, String value) {
            screen().line("  " + screen().muted(String.format("%-12s", name)) + screen().text(value));
        }
    }

    @Command(
            name = "explain",
            description = "What the decision on a call would be, and what it rests on. Nothing is done.",
            footer = {
                "",
                "With --task the values are traced as if the agent had chosen them; without it as if you had.",
                "Exit code 3 when it would be refused.",
                "",
                "Example:",
                "  agentctl tool explain agent-shell-001 fs.write path=/etc/hosts content=x"
            })
    static final class Explain extends CtlCommand {
        @Parameters(index = "0", paramLabel = "AGENT", description = "The agent.")
        private String agent = "";

        @Parameters(index = "1", paramLabel = "TOOL", description = "The tool.")
        private String tool = "";

        @Parameters(index = "2..*", paramLabel = "NAME=VALUE", description = "Arguments, or one JSON object.")
        private List<String> arguments = new ArrayList<>();

        @Option(names = "--task", paramLabel = "TASK", description = "The task that the call would belong to.")
        private @Nullable String task;

        Explain(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            String id = AgentNames.resolve(client(), agent);
            Considered considered = client().explainTool(
                            id,
                            tool,
                            new ToolCall(
                                    Optional.ofNullable(task),
                                    "explain",
                                    arguments(arguments),
                                    Optional.empty(),
                                    task == null,
                                    Optional.empty()));
            show(considered, () -> {
                Tone tone = switch (considered.decision()) {
                    case "allowed" -> Tone.OK;
                    case "needs-consent" -> Tone.NEEDS;
                    default -> Tone.BAD;
                };
                screen().line(screen().tone(tone, considered.decision()) + "  " + screen().text(considered.reason()));
                screen().line("  " + screen().muted("contract  ") + screen().text(considered.contractLine()));
                if (!considered.next().isEmpty()) {
                    screen().line("  → " + screen().text(considered.next()));
                }
                if (!considered.origins().isEmpty()) {
                    Table table = new Table("ARGUMENT", "VALUE", "ROLE", "FROM", "SOURCE");
                    for (OriginView origin : considered.origins()) {
                        table.row(
                                Cell.of(origin.argument()),
                                Cell.of(origin.value()),
                                Cell.of(origin.role()),
                                Cell.of(origin.provenance()),
                                Cell.of(Tone.MUTED, origin.source()));
                    }
                    table.write(screen());
                }
                screen().line("  " + screen().muted("gives data  ") + String.join(", ", considered.writes()));
            });
            return considered.decision().equals("refused") ? Exit.REFUSED : Exit.DONE;
        }
    }

    @Command(
            name = "call",
            description = "Call a tool for an agent. The values are yours, the contract is the agent's.",
            footer = {
                "",
                "Exit code 3 when it is refused, 4 when nobody allowed it.",
                "",
                "Example:",
                "  agentctl tool call agent-shell-001 fs.list path=/workspace"
            })
    static final class Call extends CtlCommand {
        @Parameters(index = "0", paramLabel = "AGENT", description = "The agent.")
        private String agent = "";

        @Parameters(index = "1", paramLabel = "TOOL", description = "The tool.")
        private String tool = "";

        @Parameters(index = "2..*", paramLabel = "NAME=VALUE", description = "Arguments, or one JSON object.")
        private List<String> arguments = new ArrayList<>();

        @Option(names = "--task", paramLabel = "TASK", description = "The task that the call belongs to.")
        private @Nullable String task;

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                description = "How long to wait for an answer; 30 by default.")
        private long wait = 30;

        Call(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            String id = AgentNames.resolve(client(), agent);
            CallView view = client().callTool(
                            id,
                            tool,
                            new ToolCall(
                                    Optional.ofNullable(task),
                                    UUID.randomUUID().toString(),
                                    arguments(arguments),
                                    Optional.empty(),
                                    true,
                                    Optional.of(Duration.ofSeconds(wait).toMillis())));
            show(view, () -> {
                if (!view.outcome().equals("done")) {
                    screen().line(screen().tone(Tone.BAD, view.outcome()) + "  " + screen().text(view.reason()));
                    if (!view.contractLine().isEmpty()) {
                        screen().line("  " + screen().muted("contract  ") + screen().text(view.contractLine()));
                    }
                    screen().line("  → " + screen().text(view.next()));
                    return;
                }
                if (view.untrusted()) {
                    screen().line(screen().tone(Tone.NEEDS, "untrusted") + "  somebody else may have written this");
                }
                screen().line(screen().text(WireJson.write(view.output())));
            });
            return switch (view.outcome()) {
                case "done" -> Exit.DONE;
                case "refused" -> Exit.REFUSED;
                case "not-consented", "asking" -> Exit.NOT_CONSENTED;
                default -> Exit.FAILED;
            };
        }
    }

    @Command(
            name = "task",
            description = "Give an agent a task: your words, and the tools it needs. Nothing else is in its scope.",
            footer = {
                "",
                "Example:",
                "  agentctl tool task agent-shell-001 --tools fs.read,fs.write 'Summarise /docs for Alice'"
            })
    static final class BeginTask extends CtlCommand {
        @Parameters(index = "0", paramLabel = "AGENT", description = "The agent.")
        private String agent = "";

        @Parameters(index = "1", paramLabel = "TEXT", description = "What it is to do, in your words.")
        private String text = "";

        @Option(
                names = "--tools",
                paramLabel = "TOOL,…",
                split = ",",
                description = "The tools that it needs; all by default.")
        private @Nullable List<String> tools;

        @Option(names = "--limit", paramLabel = "TOOL=N", description = "At most N calls of a tool.")
        private Map<String, Integer> limits = new LinkedHashMap<>();

        @Option(names = "--key", paramLabel = "KEY", description = "The same key is the same task.")
        private @Nullable String key;

        BeginTask(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            String id = AgentNames.resolve(client(), agent);
            TaskView task = client().beginTask(
                            id,
                            new TaskWire.Begin(
                                    key == null ? UUID.randomUUID().toString().substring(0, 8) : key,
                                    text,
                                    Optional.ofNullable(tools),
                                    limits));
            return show(task, () -> screen().line(task.id()));
        }
    }

    @Command(
            name = "tasks",
            description = "The tasks of an agent, and what they have shown it.",
            footer = {"", "Example:", "  agentctl tool tasks agent-shell-001"})
    static final class ListTasks extends CtlCommand {
        @Parameters(index = "0", paramLabel = "AGENT", description = "The agent.")
        private String agent = "";

        ListTasks(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            TaskWire.Tasks tasks = client().tasks(AgentNames.resolve(client(), agent));
            return show(tasks, () -> {
                Table table = new Table("TASK", "SCOPE", "CALLS", "DATA", "TEXT");
                for (TaskView task : tasks.tasks()) {
                    table.row(
                            Cell.of(task.id()),
                            Cell.of(task.scope().equals("open") ? "open" : String.join(",", task.tools())),
                            Cell.number(String.valueOf(task.calls().values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum())),
                            Cell.of(
                                    task.untrusted() ? Tone.NEEDS : Tone.PLAIN,
                                    task.untrusted() ? "untrusted" : "trusted"),
                            Cell.of(Tone.MUTED, task.text()));
                }
                if (table.isEmpty()) {
                    screen().line("It has no tasks.");
                    return;
                }
                table.write(screen());
            });
        }
    }
}
