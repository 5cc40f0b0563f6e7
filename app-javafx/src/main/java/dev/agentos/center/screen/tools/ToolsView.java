package dev.agentos.center.screen.tools;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.TextLines;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ServiceWire.ToolView;
import dev.agentos.bridge.wire.TaskWire;
import dev.agentos.bridge.wire.ToolWire.Approval;
import dev.agentos.bridge.wire.ToolWire.Approve;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.TextTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import tools.jackson.core.JacksonException;

/** Every tool with its approval, and what agentd would decide if an agent called it. */
public final class ToolsView implements Screen {

    private record Line(ToolView tool, Optional<Approval> approval) {
        String state() {
            return approval.map(Approval::state).orElse("–");
        }
    }

    private final ScreenContext context;
    private final TextTable<Line> table = new TextTable<>(line -> line.tool().name());
    private final PanelView<List<Line>> list;
    private final Label name = Parts.text("", "strong");
    private final Label state = Parts.text("", "muted");
    private final LinesView about = new LinesView(false);
    private final Button approve = Parts.button("Approve what is shown", this::approve);
    private final ComboBox<String> agent = new ComboBox<>();
    private final TextField arguments = new TextField("{}");
    private final VBox decision = new VBox();
    private final VBox root;

    public ToolsView(ScreenContext context) {
        this.context = context;
        table.column("Tool", 150, "mono", line -> line.tool().name())
                .column("Effect", 90, "text", line -> line.tool().effect())
                .column("Undo", 70, "text", line -> undo(line.tool()))
                .column("Approval", 110, "text", Line::state)
                .column("What it does", 340, "muted", line -> line.tool().summary());
        table.onSelection(this::chosen);
        list = new PanelView<>(table.node(), lines -> {
            table.show(lines);
            if (table.selected().isEmpty()) {
                table.select(0);
            }
        });
        VBox top = Parts.panel(Parts.head("Tools"), list);
        VBox.setVgrow(top, Priority.ALWAYS);
        VBox detail = Parts.panel(Parts.row(name, state, Parts.spring(), Parts.withReason(approve)), about.node());
        detail.setPrefHeight(260);
        root = new VBox(top, detail, explain());
        root.getStyleClass().add("page");
    }

    private VBox explain() {
        agent.setPromptText("agent");
        agent.setPrefWidth(220);
        arguments.getStyleClass().add("mono");
        HBox.setHgrow(arguments, Priority.ALWAYS);
        arguments.setOnAction(_ -> ask());
        HBox line = Parts.row(agent, arguments, Parts.button("Explain", this::ask));
        decision.getStyleClass().add("verdict");
        decision.getChildren().setAll(Parts.text("What agentd would decide; nothing is called.", "muted"));
        VBox body = new VBox(line, decision);
        body.getStyleClass().add("fields");
        return Parts.panel(Parts.head("If an agent called it"), body);
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        context.background()
                .readValue(
                        () -> {
                            Map<String, Approval> approvals = new HashMap<>();
                            context.client().toolApprovals().tools().forEach(one -> approvals.put(one.name(), one));
                            return context.client().tools().tools().stream()
                                    .map(tool -> new Line(tool, Optional.ofNullable(approvals.get(tool.name()))))
                                    .toList();
                        },
                        list::show);
    }

    @Override
    public void show(CenterViewModel now) {
        List<String> ids = now.agents().rows().stream()
                .filter(row -> !row.state().isFinal())
                .map(row -> row.id())
                .toList();
        if (!agent.getItems().equals(ids)) {
            String before = agent.getValue();
            agent.getItems().setAll(ids);
            agent.setValue(ids.contains(before) ? before : ids.isEmpty() ? null : ids.getFirst());
        }
    }

    private void chosen() {
        Optional<Line> line = table.selected();
        name.setText(line.map(one -> one.tool().name()).orElse(""));
        state.setText(line.flatMap(Line::approval)
                .map(one -> one.state() + (one.reason().isEmpty() ? "" : ": " + one.reason()))
                .orElse(""));
        boolean usable = line.flatMap(Line::approval)
                .map(one -> one.approvedDigest().equals(one.digest())
                        && !one.digest().isEmpty())
                .orElse(false);
        Parts.disable(approve, line.isEmpty() ? "choose a tool" : usable ? "it is approved as it is" : "");
        about.show(line.map(ToolsView::lines).orElse(List.of()));
    }

    private static List<TextLine> lines(Line line) {
        List<TextLine> lines = new ArrayList<>();
        ToolView tool = line.tool();
        line.approval()
                .filter(one -> !one.approvedDigest().equals(one.digest()))
                .ifPresent(one -> {
                    lines.add(new TextLine(Tone.NEEDS, "changed since it was approved:"));
                    lines.addAll(TextLines.diff(one.diff()));
                });
        lines.add(TextLine.of(tool.summary()));
        lines.add(TextLine.muted(
                "capability " + tool.capability() + " · " + tool.idempotency() + " · cached " + tool.cache()));
        lines.add(TextLine.muted("reads " + words(tool.reads()) + " · writes " + words(tool.writes())));
        lines.add(TextLine.of(""));
        lines.add(TextLine.muted("arguments"));
        lines.addAll(schema(tool.inputSchema()));
        return lines;
    }

    private static String words(List<String> words) {
        return words.isEmpty() ? "anything" : String.join(", ", words);
    }

    /** The properties of a JSON Schema, one a line. */
    private static List<TextLine> schema(String json) {
        List<TextLine> lines = new ArrayList<>();
        try {
            Map<?, ?> schema = WireJson.read(json, Map.class);
            Object required = schema.get("required");
            if (schema.get("properties") instanceof Map<?, ?> properties) {
                properties.forEach((key, value) -> lines.add(TextLine.of("  " + key
                        + (required instanceof List<?> names && names.contains(key) ? "  needed" : "")
                        + (value instanceof Map<?, ?> rule && rule.get("type") != null ? "  " + rule.get("type") : "")
                        + (value instanceof Map<?, ?> rule && rule.get("description") != null
                                ? "  " + rule.get("description")
                                : ""))));
            }
        } catch (JacksonException e) {
            lines.add(TextLine.of(json));
        }
        return lines.isEmpty() ? List.of(TextLine.of("  none")) : lines;
    }

    private void approve() {
        table.selected()
                .flatMap(Line::approval)
                .ifPresent(one -> context.background()
                        .act(() -> context.client().approveTool(one.name(), new Approve(one.digest())), () -> {
                            context.say("✓ approved " + one.name());
                            opened("");
                        }));
    }

    private void ask() {
        String id = agent.getValue();
        Optional<Line> line = table.selected();
        if (id == null || line.isEmpty()) {
            decision.getChildren()
                    .setAll(Parts.prose("No agent is alive: start one from the catalog first.", "tone-needs"));
            return;
        }
        Map<String, Object> given;
        try {
            given = WireJson.toMap(WireJson.read(arguments.getText(), Map.class));
        } catch (JacksonException e) {
            decision.getChildren().setAll(Parts.prose("not a JSON object: " + e.getOriginalMessage(), "tone-bad"));
            return;
        }
        TaskWire.ToolCall call = new TaskWire.ToolCall(
                Optional.empty(), UUID.randomUUID().toString(), given, Optional.empty(), false, Optional.empty());
        context.background()
                .readValue(
                        () -> context.client().explainTool(id, line.get().tool().name(), call), this::told);
    }

    private void told(PanelState<TaskWire.Considered> said) {
        decision.getChildren()
                .setAll(
                        switch (said) {
                            case PanelState.Ready<TaskWire.Considered> ready -> words(ready.value());
                            case PanelState.Failed<TaskWire.Considered> failed ->
                                List.of(Parts.prose(failed.why() + " → " + failed.next(), "tone-bad"));
                            case PanelState.Loading<TaskWire.Considered> _,
                                    PanelState.Empty<TaskWire.Considered> _,
                                    PanelState.Missing<TaskWire.Considered> _ -> List.of();
                        });
    }

    private static List<Label> words(TaskWire.Considered one) {
        List<Label> lines = new ArrayList<>();
        String tone = switch (one.decision()) {
            case "allowed" -> "tone-ok";
            case "refused" -> "tone-bad";
            default -> "tone-needs";
        };
        String reason = one.reason().isEmpty() ? one.target() : one.reason();
        lines.add(Parts.prose(one.decision() + (reason.isEmpty() ? "" : ": " + reason), tone));
        if (!one.contractLine().isEmpty()) {
            lines.add(Parts.prose("by " + one.contractLine(), "muted"));
        }
        if (!one.next().isEmpty()) {
            lines.add(Parts.prose("→ " + one.next(), "muted"));
        }
        one.origins()
                .forEach(origin -> lines.add(Parts.prose(
                        origin.argument() + " = " + origin.value() + " came from " + origin.provenance()
                                + (origin.source().isEmpty() ? "" : " (" + origin.source() + ")"),
                        "muted")));
        return lines;
    }

    /** What a tool that only reads or computes leaves behind needs no undo. */
    private static String undo(ToolView tool) {
        return tool.effect().equals("changes") || tool.effect().equals("asks")
                ? tool.reversible() ? "kept" : "none"
                : "not needed";
    }
}
