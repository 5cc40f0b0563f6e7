package dev.agentos.tui.monitor;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdClient.Search;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.ContextViewModel;
import dev.agentos.bridge.view.ConversationText;
import dev.agentos.bridge.view.DetailTab;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.tui.audit.OfflineAudit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads pages over the wire. A page that cannot be had says why: a panel is never just empty. */
final class Pages {

    private static final int EVENTS = 500;

    /** Characters in a line of a conversation. */
    private static final int WORDS = 100;

    private static final int LOG_TAIL = 64 * 1024;

    private final AgentdClient client;

    Pages(AgentdClient client) {
        this.client = client;
    }

    List<TextLine> read(String page) {
        try {
            return switch (page) {
                case "MODELS" -> models();
                case "TOOLS" -> tools();
                case "AUDIT" -> audit();
                default -> {
                    int slash = page.lastIndexOf('/');
                    yield slash < 0
                            ? List.of()
                            : agent(page.substring(0, slash), DetailTab.valueOf(page.substring(slash + 1)));
                }
            };
        } catch (AgentdException e) {
            return List.of(
                    new TextLine(Tone.BAD, "not available here: " + e.body().message()),
                    TextLine.muted(e.body().next()));
        } catch (UnreachableException e) {
            return List.of(new TextLine(Tone.NEEDS, "stopped reporting: " + e.getMessage()));
        } catch (IOException e) {
            return List.of(new TextLine(Tone.BAD, "cannot be read: " + e.getMessage()));
        }
    }

    /** What can be started by its name: of each entry the newest version. */
    List<EntryView> catalog() {
        Map<String, EntryView> newest = new LinkedHashMap<>();
        client.catalog().entries().forEach(entry -> newest.put(entry.name(), entry));
        return List.copyOf(newest.values());
    }

    private List<TextLine> models() {
        List<TextLine> lines = new ArrayList<>();
        var status = client.status();
        List<String> substitutes = client.substitutes().models();
        for (String model : status.machine().models()) {
            String role = substitutes.contains(model) ? "   flexible contracts may fall back to it" : "";
            lines.add(new TextLine(Tone.OK, "● " + model + role));
        }
        if (lines.isEmpty()) {
            lines.add(TextLine.of("No models here."));
        }
        for (String model : substitutes) {
            if (!status.machine().models().contains(model)) {
                lines.add(new TextLine(Tone.NEEDS, "! " + model + "   is a fallback and is not on this machine"));
            }
        }
        lines.add(TextLine.of(""));
        lines.add(TextLine.muted("sentence vectors: " + status.worker().state() + " "
                + status.worker().detail()));
        lines.add(TextLine.muted("memory for models: " + (status.machine().freeMemoryBytes() >> 20) + " MiB free of "
                + (status.machine().memoryBytes() >> 20) + ", GPU "
                + (status.machine().gpuMemoryBytes() >> 20) + " MiB"));
        lines.add(TextLine.muted("add a fallback: : model substitute add MODEL"));
        return lines;
    }

    private List<TextLine> tools() {
        List<TextLine> lines = new ArrayList<>();
        client.tools()
                .tools()
                .forEach(tool -> lines.add(TextLine.of(String.format(
                        Locale.ROOT,
                        "%-18s %-10s %-12s %s",
                        tool.name(),
                        tool.effect(),
                        tool.reversible() ? "undo kept" : "",
                        tool.summary()))));
        return lines;
    }

    private List<TextLine> audit() throws IOException {
        var status = client.status();
        List<TextLine> lines = new ArrayList<>();
        try {
            OfflineAudit.Checked checked =
                    OfflineAudit.check(Path.of(status.stateDirectory()), Optional.empty(), _ -> {});
            lines.add(
                    checked.isVerified()
                            ? new TextLine(
                                    Tone.OK,
                                    "✓ verified: " + status.audit().records()
                                            + " records, checked here against the chain and its signed checkpoints")
                            : new TextLine(Tone.BAD, "✕ the trail does not hold: : audit verify tells each record"));
        } catch (IOException e) {
            lines.add(new TextLine(Tone.NEEDS, "? not verified here: " + e.getMessage()));
        }
        lines.add(TextLine.muted("signed up to " + status.audit().checkpointCount()
                + (status.audit().checkpointTime().isEmpty()
                        ? ""
                        : " at " + status.audit().checkpointTime())));
        lines.add(TextLine.of(""));
        client.search(new Search("", "", "", Long.MAX_VALUE, EVENTS))
                .events()
                .forEach(event -> lines.add(TextLine.of(String.format(
                        Locale.ROOT,
                        "%8d  %s  %-24s %s",
                        event.seq(),
                        event.time().length() > 18
                                ? event.time().substring(0, 19).replace('T', ' ')
                                : event.time(),
                        event.kind(),
                        event.agent()))));
        return lines;
    }

    // ------------------------------------------------------------------ one agent

    private List<TextLine> agent(String id, DetailTab tab) {
        return switch (tab) {
            case TIMELINE -> timeline(id, "");
            case CALLS -> timeline(id, "tool.");
            case LOG -> log(id);
            case FILES -> files(id);
            case CONTRACT -> contract(id);
            case MODELS -> modelCalls(id);
            case CONTEXT -> context(id);
        };
    }

    private List<TextLine> modelCalls(String id) {
        List<TextLine> lines = story(id, "model.");
        return lines.isEmpty()
                ? List.of(
                        TextLine.of("It has called no model through agentd."),
                        TextLine.muted("What a process says to a model over its own connection is under Contract,"
                                + " as traffic: : show " + id))
                : lines;
    }

    /** What the steps of a plan have to go on, or what the model was told and said. */
    private List<TextLine> context(String id) {
        AgentView agent = client.agent(id);
        if (!agent.kind().equals("managed")) {
            return List.of(
                    TextLine.of("not available here: a process keeps its context to itself; agentd sees its calls,"),
                    TextLine.of("its files and its output, which are the other tabs."));
        }
        List<TextLine> steps = ContextViewModel.steps(agent, client.result(id).outputs());
        List<TextLine> lines = steps.isEmpty() ? ConversationText.lines(client.conversation(id), WORDS) : steps;
        return lines.isEmpty() ? List.of(TextLine.of("No model was told anything yet.")) : lines;
    }

    private List<TextLine> timeline(String id, String kind) {
        List<TextLine> lines = story(id, kind);
        return lines.isEmpty()
                ? List.of(TextLine.of(kind.isEmpty() ? "Nothing has happened yet." : "It has called no tool."))
                : lines;
    }

    private List<TextLine> story(String id, String kind) {
        TimelineViewModel story = TimelineViewModel.of(id)
                .reduce(client.search(new Search(id, kind, "", Long.MAX_VALUE, EVENTS))
                        .events()
                        .reversed());
        List<TextLine> lines = new ArrayList<>();
        story.entries()
                .forEach(e -> lines.add(new TextLine(
                        e.tone(),
                        e.clock() + "  " + e.glyph() + " " + e.title()
                                + (e.detail().isEmpty() ? "" : "   " + e.detail()))));
        return lines;
    }

    private List<TextLine> log(String id) {
        List<TextLine> lines = new ArrayList<>();
        for (String stream : List.of("stdout", "stderr")) {
            AgentWire.LogChunk chunk = client.log(id, stream, 0, Duration.ZERO);
            String text = chunk.text().length() > LOG_TAIL
                    ? chunk.text().substring(chunk.text().length() - LOG_TAIL)
                    : chunk.text();
            text.lines()
                    .forEach(line -> lines.add(new TextLine(stream.equals("stderr") ? Tone.NEEDS : Tone.PLAIN, line)));
        }
        return lines.isEmpty() ? List.of(TextLine.of("It has written nothing.")) : lines;
    }

    private List<TextLine> files(String id) {
        List<TextLine> lines = new ArrayList<>();
        client.changes(id).changes().forEach(change -> {
            boolean stands = change.state().equals("written") || change.state().equals("done");
            lines.add(new TextLine(
                    stands ? Tone.OK : Tone.NEEDS,
                    (stands ? "✓ " : "· ") + change.state() + "  " + change.path()
                            + (change.wasNew() ? "   new file" : "") + "   " + change.key()));
            change.diff()
                    .lines()
                    .forEach(line -> lines.add(new TextLine(
                            line.startsWith("+") ? Tone.OK : line.startsWith("-") ? Tone.BAD : Tone.MUTED,
                            "    " + line.replace("\t", "    "))));
        });
        if (lines.isEmpty()) {
            return List.of(TextLine.of("It changed nothing."));
        }
        lines.add(TextLine.of(""));
        lines.add(TextLine.muted("take it back: a, Undo"));
        return lines;
    }

    private List<TextLine> contract(String id) {
        AgentView agent = client.agent(id);
        List<TextLine> lines = new ArrayList<>();
        long declared =
                agent.receipt().stream().filter(AgentWire.ReceiptLine::declared).count();
        long enforced = agent.receipt().stream()
                .filter(r -> r.declared() && r.actual().equals("enforced"))
                .count();
        lines.add(new TextLine(
                declared == enforced ? Tone.OK : Tone.NEEDS, "enforced " + enforced + " of " + declared + " declared"));
        agent.receipt()
                .forEach(r -> lines.add(new TextLine(
                        !r.declared() ? Tone.MUTED : r.actual().equals("enforced") ? Tone.OK : Tone.BAD,
                        (r.actual().equals("enforced") ? "✓ " : r.declared() ? "✕ " : "· ") + r.mechanism() + "  "
                                + r.actual() + "  " + r.how())));
        agent.substitutions()
                .forEach(s -> lines.add(new TextLine(
                        Tone.NEEDS,
                        "! " + s.resource() + ": " + s.given() + " instead of " + s.wanted() + " (" + s.reason()
                                + ")")));
        agent.notes().forEach(note -> lines.add(TextLine.muted("· " + note)));
        lines.add(TextLine.of(""));
        int number = 0;
        for (String line : client.contractOf(id).text().lines().toList()) {
            lines.add(TextLine.of(String.format(Locale.ROOT, "%3d  %s", ++number, line)));
        }
        return lines;
    }
}
