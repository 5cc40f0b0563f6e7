package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.bridge.wire.AgentWire.StepView;
import dev.agentos.bridge.wire.ContractWire.SubstitutionView;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.themes.Role;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
        name = "show",
        description = "One agent: its contract beside what is really enforced, its steps, what it changed.",
        footer = {"", "Example:", "  agentctl show shell-001"})
final class ShowCommand extends AgentCommands.OnAgent {

    ShowCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws InterruptedException {
        String id = id();
        AgentView agent = client().agent(id);
        if (json()) {
            printJson(agent);
            return dev.agentos.tui.Exit.DONE;
        }
        Optional<ContractDocument> contract = contract(client().contractOf(id));
        Screen screen = screen();
        head(screen, agent);
        enforcement(screen, agent, contract);
        agent.substitutions().forEach(s -> substitution(screen, s));
        agent.notes().forEach(note -> note(screen, note));
        contract.ifPresent(document -> lost(screen, agent, document));
        if (agent.kind().equals("process")) {
            EgressView.show(screen, client().egress(id));
        }
        steps(screen, agent);
        try {
            AgentWire.Changes changes = client().changes(id);
            if (!changes.changes().isEmpty()) {
                heading(screen, "Changes");
                AgentCommands.changes(screen, changes, false);
            }
        } catch (AgentdException e) {
            screen.line("  "
                    + screen.paint(
                            Role.NEEDS,
                            "its changes cannot be shown: " + e.body().message()));
        }
        screen.blank();
        screen.line("  " + screen.muted("what happened: agentctl events --agent " + id));
        return dev.agentos.tui.Exit.DONE;
    }

    private static Optional<ContractDocument> contract(AgentWire.ContractOf held) {
        return ContractParser.parse(held.text(), held.source()) instanceof ParseOutcome.Parsed parsed
                ? Optional.of(parsed.document())
                : Optional.empty();
    }

    private static void head(Screen screen, AgentView agent) {
        screen.line(" " + AgentCommands.mark(screen, agent) + "  " + screen.bold(agent.id()) + "  "
                + screen.paint(latency(agent.latency()), agent.latency()) + "  "
                + screen.muted(agent.kind() + " · " + agent.binding()
                        + (agent.model().isEmpty() ? "" : " · " + agent.model())));
        if (!agent.reason().isEmpty()) {
            screen.labelled(3, 11, "why", Role.TEXT, agent.reason());
        }
        screen.labelled(3, 11, "contract", Role.TEXT, agent.name() + " " + brief(agent.digest()));
        screen.labelled(
                3,
                11,
                "run",
                Role.TEXT,
                agent.run() + (agent.restarts() > 0 ? ", restarted " + agent.restarts() + " times" : ""));
        screen.labelled(3, 11, "workspace", Role.TEXT, agent.workspace());
        screen.labelled(
                3,
                11,
                "since",
                Role.TEXT,
                agent.createdAt() + (agent.endedAt().isEmpty() ? "" : " until " + agent.endedAt()));
    }

    private static String brief(String digest) {
        return digest.length() > 19 ? digest.substring(0, 19) + "…" : digest;
    }

    private static Role latency(String word) {
        return switch (word) {
            case "HRT" -> Role.HRT;
            case "SRT" -> Role.SRT;
            default -> Role.DT;
        };
    }

    private static void heading(Screen screen, String text) {
        screen.blank();
        screen.line("  " + screen.bold(text));
    }

    // ------------------------------------------------------------------ contract beside enforcement

    private static void enforcement(Screen screen, AgentView agent, Optional<ContractDocument> contract) {
        List<ReceiptLine> declared =
                agent.receipt().stream().filter(ReceiptLine::declared).toList();
        long enforced = declared.stream()
                .filter(line -> line.actual().equals("enforced"))
                .count();
        heading(
                screen,
                "Contract beside what is enforced"
                        + (declared.isEmpty() ? "" : "   " + enforced + " of " + declared.size()));
        for (String path : List.of(
                "class.latency",
                "capabilities",
                "security.consent_for",
                "filesystem.read",
                "filesystem.write",
                "egress.domains",
                "compute.cpu",
                "compute.mem",
                "compute.pids",
                "compute.open_files",
                "budget.tool_calls",
                "runtime")) {
            List<ReceiptLine> of = declared.stream()
                    .filter(line -> pathOf(line.mechanism()).equals(path))
                    .toList();
            Optional<Cell> actual = actual(agent, path, of, contract);
            if (actual.isPresent()) {
                screen.labelled(
                        2,
                        9,
                        contract.map(c -> line(c, path)).orElse(""),
                        Role.TEXT,
                        path + contract.map(c -> value(c, path)).orElse(""));
                screen.labelled(
                        2, 9, "", roleOf(actual.get().tone()), actual.get().text());
            }
        }
    }

    private static Role roleOf(Tone tone) {
        return switch (tone) {
            case OK -> Role.OK;
            case NEEDS -> Role.NEEDS;
            case BAD -> Role.BAD;
            case MUTED -> Role.MUTED;
            case PLAIN -> Role.TEXT;
        };
    }

    private static String line(ContractDocument contract, String path) {
        return contract.declares(path)
                ? "line " + contract.lineOf(path).position().line()
                : "default";
    }

    private static String value(ContractDocument document, String path) {
        var contract = document.contract();
        return switch (path) {
            case "class.latency" -> ": " + contract.latency().name();
            case "capabilities" -> ": " + list(contract.capabilities());
            case "security.consent_for" -> ": " + list(contract.security().consentFor());
            case "filesystem.read" -> ": " + list(contract.filesystem().read());
            case "filesystem.write" -> ": " + list(contract.filesystem().write());
            case "egress.domains" ->
                ": "
                        + list(contract.egress().domains().stream()
                                .map(String::valueOf)
                                .toList());
            default -> "";
        };
    }

    private static String list(List<String> items) {
        return items.isEmpty() ? "none" : String.join(", ", items);
    }

    private static Optional<Cell> actual(
            AgentView agent, String path, List<ReceiptLine> lines, Optional<ContractDocument> contract) {
        if (!lines.isEmpty()) {
            boolean all = lines.stream().allMatch(line -> line.actual().equals("enforced"));
            return Optional.of(Cell.of(
                    all ? Tone.OK : Tone.BAD,
                    (all ? "✓ " : "✕ ")
                            + lines.stream()
                                    .map(line -> line.mechanism()
                                            + (line.actual().equals("enforced")
                                                    ? ""
                                                    : " " + line.actual() + ": " + line.how()))
                                    .collect(Collectors.joining(", "))));
        }
        boolean managed = agent.kind().equals("managed");
        return switch (path) {
            case "capabilities" ->
                Optional.of(Cell.of(Tone.OK, "✓ tool gateway: " + list(agent.capabilities()) + ", all others refused"));
            case "security.consent_for" ->
                contract.map(c -> c.contract().security().consentFor().isEmpty())
                                .orElse(true)
                        ? Optional.empty()
                        : Optional.of(Cell.of(Tone.NEEDS, "? asks a person"));
            case "filesystem.read", "filesystem.write", "budget.tool_calls" ->
                managed ? Optional.of(Cell.of(Tone.OK, "✓ tool gateway")) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static String pathOf(String mechanism) {
        return switch (mechanism) {
            case "limit.memory" -> "compute.mem";
            case "limit.cpu" -> "compute.cpu";
            case "limit.pids" -> "compute.pids";
            case "namespace.net", "doors", "egress.proxy", "egress.no_route" -> "egress.domains";
            case "limit.open_files" -> "compute.open_files";
            case "landlock", "root.readonly" -> "filesystem.write";
            default -> "runtime";
        };
    }

    // ------------------------------------------------------------------ substitutions, steps

    /** One substitution, itemised. */
    static void substitution(Screen screen, SubstitutionView s) {
        screen.line("  " + screen.paint(Role.NEEDS, "●") + " " + screen.bold(s.resource()) + "  wanted "
                + screen.text(s.wanted()) + ", given " + screen.text(s.given().isEmpty() ? "nothing" : s.given()));
        screen.line("    " + screen.muted(s.contractLine() + (s.reason().isEmpty() ? "" : " · " + s.reason())));
    }

    /** What admission looked at and let be. */
    static void note(Screen screen, String note) {
        screen.labelled(2, 2, "·", Role.MUTED, note);
    }

    private static void lost(Screen screen, AgentView agent, ContractDocument contract) {
        List<String> lost = new ArrayList<>(contract.contract().capabilities());
        lost.removeAll(agent.capabilities());
        for (String capability : lost) {
            screen.line("  " + screen.paint(Role.BAD, "✕") + " " + screen.bold(capability)
                    + "  capability lost: this machine has no such tool");
            screen.line("    " + screen.muted(contract.lineOf("capabilities").toString()));
        }
    }

    private static void steps(Screen screen, AgentView agent) {
        if (agent.steps().isEmpty()) {
            return;
        }
        heading(screen, "Steps");
        Table table = new Table("", "", "", "");
        for (StepView step : agent.steps()) {
            table.row(
                    Cell.of(tone(step.state()), glyph(step.state()) + " " + step.state()),
                    Cell.of(step.id()),
                    Cell.of(step.tool()),
                    Cell.of(Tone.MUTED, step.note()));
        }
        table.write(screen);
    }

    private static Tone tone(String state) {
        return switch (state) {
            case "done" -> Tone.OK;
            case "asking" -> Tone.NEEDS;
            case "failed" -> Tone.BAD;
            case "running" -> Tone.PLAIN;
            default -> Tone.MUTED;
        };
    }

    private static String glyph(String state) {
        return switch (state) {
            case "done" -> "✓";
            case "asking" -> "?";
            case "failed" -> "✕";
            case "running" -> "●";
            default -> "◌";
        };
    }
}
