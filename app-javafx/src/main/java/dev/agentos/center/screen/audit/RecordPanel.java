package dev.agentos.center.screen.audit;

import dev.agentos.bridge.view.AuditViewModel;
import dev.agentos.bridge.view.AuditViewModel.Proved;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.util.Optional;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** One record: its fields, its payload, and the proof that it is in the signed trail. */
final class RecordPanel {

    private final ScreenContext context;
    private final LinesView fields = new LinesView(false);
    private final Button prove;
    private final Hyperlink agent;
    private final Label said = Parts.prose("", "strong");
    private final Glyph glyph = new Glyph("·");
    private final HBox verdict;
    private final VBox steps = new VBox();
    private final PanelView<Proved> proof;
    private final VBox root;
    private Optional<EventView> open = Optional.empty();

    RecordPanel(ScreenContext context) {
        this.context = context;
        prove = Parts.button("Prove that it is in the signed trail", this::prove);
        agent = Parts.link("Its agent", () -> open.ifPresent(record -> context.go(Place.agent(record.agent()))));
        prove.setDisable(true);
        verdict = Parts.row(glyph, said);
        steps.getStyleClass().add("answered");
        ScrollPane below = Parts.scroll(steps);
        VBox inside = new VBox(verdict, below);
        inside.getStyleClass().add("answered");
        VBox.setVgrow(below, Priority.ALWAYS);
        proof = new PanelView<>(inside, this::fill);
        proof.show(new PanelState.Empty<>(
                "Not proved yet.", "A proof is checked in this window, not taken from the service."));
        proof.setPrefHeight(260);
        proof.setMinHeight(150);
        VBox content = new VBox(fields.node(), Parts.row(prove, Parts.spring(), agent), proof);
        content.getStyleClass().add("contract-both");
        VBox.setVgrow(fields.node(), Priority.ALWAYS);
        root = Parts.panel(Parts.head("Record"), content);
    }

    Region node() {
        return root;
    }

    void open(EventView record) {
        open = Optional.of(record);
        fields.show(AuditViewModel.fields(record));
        prove.setDisable(false);
        agent.setVisible(!record.agent().isEmpty());
        proof.show(new PanelState.Empty<>(
                "Not proved yet.", "A proof is checked in this window, not taken from the service."));
    }

    private void prove() {
        open.ifPresent(record -> {
            proof.show(new PanelState.Loading<>("asking for the hashes"));
            context.background()
                    .readValue(
                            () -> AuditViewModel.check(record, context.client().proof(record.seq())), state -> {
                                if (open.equals(Optional.of(record))) {
                                    proof.show(state);
                                }
                            });
        });
    }

    private void fill(Proved proved) {
        said.setText(proved.says());
        glyph.set(proved.holds() ? "✓" : "✕");
        verdict.getStyleClass().setAll("row", proved.holds() ? "tone-ok" : "tone-bad");
        steps.getChildren()
                .setAll(proved.steps().stream()
                        .map(step -> Parts.prose(
                                step.text(), step.tone() == Tone.MUTED ? "mono" : "text", Parts.tone(step.tone())))
                        .toList());
    }
}
