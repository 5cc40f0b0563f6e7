package dev.agentos.center.screen.contracts;

import dev.agentos.bridge.view.ContractDraft;
import dev.agentos.bridge.view.ContractDraft.Other;
import dev.agentos.bridge.view.ContractDraft.Says;
import dev.agentos.bridge.view.LineDiff.Change;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.wire.ContractWire.Admission;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.Parts;
import dev.agentos.domain.contract.Problem;
import dev.agentos.domain.contract.Severity;
import java.util.List;
import java.util.function.Consumer;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** What there is to say about a draft: its problems, what it allows, its changes, and what this machine makes of it. */
final class DraftPanel {

    /** Goes to a line and column, counted from 1. */
    interface Go {
        void to(int line, int column);
    }

    private final Go go;
    private final Consumer<Change> settle;
    private final Consumer<Change> leave;
    private final VBox problems = new VBox();
    private final VBox words = new VBox();
    private final VBox changes = new VBox();
    private final VBox admission = new VBox();
    private final Label problemCount = Parts.text("", "muted");
    private final Label changeTitle = Parts.text("", "panel-title");
    private final Button check;
    private final VBox changePanel;
    private final VBox root;
    private String judged = "";

    DraftPanel(Go go, Consumer<Change> settle, Consumer<Change> leave, Runnable admit) {
        this.go = go;
        this.settle = settle;
        this.leave = leave;
        check = Parts.button("Check on this machine", admit);
        List.of(problems, words, changes, admission)
                .forEach(box -> box.getStyleClass().add("answered"));
        HBox head = Parts.row(changeTitle);
        head.getStyleClass().add("panel-head");
        changePanel = Parts.panel(head, changes);
        VBox all = Parts.column(
                Parts.panel(Parts.head("Problems", problemCount), problems),
                changePanel,
                Parts.panel(Parts.head("What it allows"), words),
                Parts.panel(Parts.head("On this machine"), Parts.column(admission, Parts.withReason(check))));
        unasked();
        root = new VBox(Parts.scroll(all));
        VBox.setVgrow(root.getChildren().getFirst(), Priority.ALWAYS);
    }

    Region node() {
        return root;
    }

    private void unasked() {
        admission
                .getChildren()
                .setAll(Parts.prose("Whether this machine can keep it. Nothing is started or promised.", "muted"));
    }

    void show(ContractDraft draft) {
        if (!draft.text().equals(judged)) {
            // What was said about another text says nothing about this one.
            judged = draft.text();
            unasked();
        }
        List<Problem> found = draft.problems();
        boolean wrong = found.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
        problemCount.setText(found.isEmpty() ? "none" : String.valueOf(found.size()));
        problems.getChildren()
                .setAll(
                        found.isEmpty()
                                ? List.of(line("✓", "tone-ok", "The contract holds."))
                                : found.stream().map(this::problem).toList());
        Parts.disable(check, wrong ? "it has errors: they come first" : "");
        words.getChildren()
                .setAll(
                        wrong
                                ? List.of(Parts.prose("It is said once there are no errors.", "muted"))
                                : draft.says().stream()
                                        .map(DraftPanel::sentence)
                                        .toList());
        draft.saysNoMore()
                .forEach(sentence -> words.getChildren().add(line("✕", "tone-muted", "no longer: " + sentence)));
        showChanges(draft);
    }

    private Node problem(Problem problem) {
        boolean error = problem.severity() == Severity.ERROR;
        Label text = Parts.prose(problem.message());
        Label then = Parts.prose(problem.next(), "muted");
        VBox words = new VBox(text, then);
        HBox.setHgrow(words, Priority.ALWAYS);
        HBox sign = new HBox(new Glyph(error ? "✕" : "!"));
        sign.getStyleClass().addAll("sign", error ? "tone-bad" : "tone-needs");
        HBox row = Parts.row(
                sign, words, Parts.link("line " + problem.line(), () -> go.to(problem.line(), problem.column())));
        row.setAlignment(javafx.geometry.Pos.TOP_LEFT);
        return row;
    }

    private static Node sentence(Says says) {
        return says.isNew() ? line("!", "tone-needs", "new: " + says.sentence()) : Parts.prose(says.sentence());
    }

    private static Node line(String glyph, String tone, String text) {
        HBox sign = new HBox(new Glyph(glyph));
        sign.getStyleClass().addAll("sign", tone);
        Label words = Parts.prose(text);
        HBox.setHgrow(words, Priority.ALWAYS);
        HBox row = Parts.row(sign, words);
        row.setAlignment(javafx.geometry.Pos.TOP_LEFT);
        return row;
    }

    // ------------------------------------------------------------------ changes

    private void showChanges(ContractDraft draft) {
        boolean compared = draft.other().isPresent();
        changePanel.setVisible(compared);
        changePanel.setManaged(compared);
        if (!compared) {
            return;
        }
        Other other = draft.other().get();
        changeTitle.setText(other.isProposal() ? "Proposed by " + other.name() : "Changed against " + other.name());
        List<Change> all = draft.changes();
        changes.getChildren()
                .setAll(
                        all.isEmpty()
                                ? List.of(Parts.prose(
                                        other.isProposal() ? "Nothing is left of the proposal." : "Nothing is changed.",
                                        "muted"))
                                : all.stream()
                                        .map(change -> change(change, other.isProposal()))
                                        .toList());
    }

    private Node change(Change change, boolean proposal) {
        VBox lines = new VBox();
        lines.getStyleClass().add("change-lines");
        for (TextLine line : change.lines()) {
            lines.getChildren().add(Parts.prose(line.text(), "mono", Parts.tone(line.tone())));
        }
        HBox buttons = proposal
                ? Parts.row(
                        Parts.button("Leave it", () -> leave.accept(change)),
                        Parts.button("Take it", () -> settle.accept(change)))
                : Parts.row(Parts.button("Take back", () -> settle.accept(change)));
        return Parts.column(lines, buttons);
    }

    // ------------------------------------------------------------------ admission

    void admitting() {
        admission.getChildren().setAll(Parts.prose("asking agentd …", "muted"));
    }

    void admitted(PanelState<Admission> state) {
        switch (state) {
            case PanelState.Ready<Admission> ready -> verdict(ready.value());
            case PanelState.Failed<Admission> failed ->
                admission
                        .getChildren()
                        .setAll(line("✕", "tone-bad", failed.why()), Parts.prose(failed.next(), "muted"));
            case PanelState.Loading<Admission> _, PanelState.Empty<Admission> _, PanelState.Missing<Admission> _ ->
                admission.getChildren().clear();
        }
    }

    private void verdict(Admission verdict) {
        boolean rejected = verdict.verdict().equals("rejected");
        boolean substituted = verdict.verdict().equals("substituted");
        admission
                .getChildren()
                .setAll(line(
                        rejected ? "✕" : substituted ? "!" : "✓",
                        rejected ? "tone-bad" : substituted ? "tone-needs" : "tone-ok",
                        rejected
                                ? "This machine cannot keep it."
                                : substituted
                                        ? "It would be admitted, with substitutions."
                                        : "It would be admitted as it is."));
        verdict.items()
                .forEach(item -> admission
                        .getChildren()
                        .add(Parts.prose(
                                item.resource() + ": wants " + item.wanted() + ", here is " + item.available()
                                        + (item.help().isEmpty() ? "" : " → " + item.help()),
                                "muted")));
        verdict.substitutions()
                .forEach(sub -> admission
                        .getChildren()
                        .add(Parts.prose(
                                sub.resource() + ": " + sub.given() + " instead of " + sub.wanted() + ": "
                                        + sub.reason(),
                                "muted")));
        verdict.notes().forEach(note -> admission.getChildren().add(Parts.prose("· " + note, "muted")));
    }
}
