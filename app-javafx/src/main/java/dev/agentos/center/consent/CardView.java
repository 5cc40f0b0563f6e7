package dev.agentos.center.consent;

import dev.agentos.bridge.view.CardText;
import dev.agentos.bridge.view.CardViewModel;
import dev.agentos.bridge.view.InboxViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.geometry.Pos;
import javafx.geometry.VPos;
import javafx.scene.Node;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.util.Duration;

/**
 * One ask as a card: who wants what, why, the full content, the exact grants, and the answers. It never asks for the
 * keyboard by itself; {@link #focus} is for a person who opened it. What counts as an answer is decided by
 * {@link CardViewModel}.
 */
public final class CardView {

    /** This program, as the audit names it. */
    public static final String CLIENT = "agentos-center";

    /** Characters of an agent's name that fit into the narrowest card at the size of a title. */
    private static final int LONG_NAME = 36;

    private final ScreenContext context;
    private final CardViewModel card;
    private final ContentView content;
    private final Label waited = Parts.text("", "figure", "muted");
    private final Label unseen = Parts.prose("", "tone-needs");
    private final Hyperlink next;
    private final Hyperlink others;
    private final HBox seenRow;
    private final CardAnswers answers;
    private final Label outcome = Parts.prose("", "strong");
    private final Glyph outcomeGlyph = new Glyph("✓");
    private final HBox outcomeRow;
    private final VBox root = new VBox();
    private final Timeline clock;
    private boolean asking;

    public CardView(ScreenContext context, AskView ask) {
        this.context = context;
        InboxViewModel inbox = context.store().state().inbox();
        this.card = new CardViewModel(ask, inbox.alike(ask), CLIENT, System.nanoTime());
        content = new ContentView(this::displayed, this::fold);
        next = Parts.link("Show the next part", this::nextPart);
        others = Parts.link("", () -> {
            card.showTogether(System.nanoTime());
            paint();
        });
        seenRow = Parts.row(unseen, Parts.spring(), others, next);
        answers = new CardAnswers(card, this::send, this::paint);
        outcomeRow = Parts.row(outcomeGlyph, outcome);
        outcomeRow.getStyleClass().add("card-outcome");
        root.getStyleClass().addAll("card", "consent-card");
        if (card.needsWord()) {
            root.getStyleClass().add("card-high");
        }
        root.getChildren().addAll(head(), facts(), content.node(), seenRow, answers.node(), outcomeRow);
        VBox.setVgrow(content.node(), Priority.ALWAYS);
        new CardKeys(card, answers, this::nextPart, this::send, this::paint).attach(root);
        clock = new Timeline(new KeyFrame(Duration.seconds(1), _ -> tick()));
        clock.setCycleCount(Timeline.INDEFINITE);
        root.sceneProperty().subscribe(scene -> {
            if (scene == null) {
                clock.stop();
            } else {
                clock.play();
            }
        });
        paint();
    }

    public Region node() {
        return root;
    }

    /** The state behind the card. For the UI thread. */
    public CardViewModel model() {
        return card;
    }

    /** Puts the focus on the safe answer. */
    public void focus() {
        card.painted(System.nanoTime());
        answers.focusSafe();
    }

    private Node head() {
        // The title has its line to itself: an agent's name is one word, and a word that does not fit is broken
        // anywhere.
        boolean isLong = card.ask().agent().length() > LONG_NAME;
        Label title = Parts.prose(CardText.title(card.ask()), "title", isLong ? "long-title" : "short-title");
        VBox words = new VBox(title, waited);
        words.setMinWidth(0);
        HBox.setHgrow(words, Priority.ALWAYS);
        HBox sign = new HBox(new Glyph(card.needsWord() ? "!" : "?"));
        sign.getStyleClass().addAll("sign", card.needsWord() ? "tone-bad" : "tone-needs");
        HBox head = Parts.row(sign, words);
        head.setAlignment(Pos.TOP_LEFT);
        if (!card.needsWord()) {
            return head;
        }
        return new VBox(Parts.text("High risk", "high-risk"), head);
    }

    private Node facts() {
        GridPane grid = new GridPane();
        grid.getStyleClass().add("card-facts");
        int row = 0;
        for (CardText.Fact fact : CardText.facts(card.ask())) {
            Label label = Parts.text(fact.label(), "muted");
            label.setMinWidth(Region.USE_PREF_SIZE);
            Label text = Parts.prose(fact.text(), Parts.tone(fact.tone()));
            if (fact.label().equals("What")) {
                text.getStyleClass().add("mono");
            }
            GridPane.setHgrow(text, Priority.ALWAYS);
            GridPane.setValignment(label, VPos.TOP);
            grid.addRow(row++, label, text);
        }
        return grid;
    }

    // ------------------------------------------------------------------ state

    /** What waits has changed. */
    public void show(InboxViewModel inbox) {
        boolean waits = inbox.find(card.ask().id()).isPresent()
                || inbox.announced().contains(card.ask().id());
        card.reduce(inbox, System.nanoTime());
        if (!waits && !asking && card.closed().isEmpty()) {
            asking = true;
            // It ended while nothing was heard: agentd knows how.
            context.background().readValue(() -> context.client().ask(card.ask().id()), state -> {
                asking = false;
                state.found().ifPresent(fresh -> {
                    card.reduce(fresh, System.nanoTime());
                    paint();
                });
            });
        }
        paint();
    }

    private void displayed(int from, int end) {
        int before = card.displayed();
        card.displayed(from, end, System.nanoTime());
        if (card.displayed() != before) {
            paint();
        }
    }

    private void fold(int columns) {
        List<TextLine> before = card.rows();
        card.fold(columns, System.nanoTime());
        if (!before.equals(card.rows())) {
            paint();
        }
    }

    private void nextPart() {
        content.next();
    }

    private void send(AnswerRequest answer) {
        paint();
        String id = card.ask().id();
        context.background()
                .read(
                        () -> {
                            context.client().answer(id, answer);
                            return PanelState.ready(context.client().ask(id));
                        },
                        this::answered);
    }

    private void answered(PanelState<AskView> state) {
        switch (state) {
            case PanelState.Ready<AskView> ready -> card.reduce(ready.value(), System.nanoTime());
            case PanelState.Failed<AskView> failed ->
                card.refused(failed.why() + (failed.next().isEmpty() ? "" : " → " + failed.next()), System.nanoTime());
            case PanelState.Loading<AskView> _, PanelState.Empty<AskView> _, PanelState.Missing<AskView> _ -> {}
        }
        context.refresh().run();
        paint();
    }

    private void tick() {
        if (card.closed().isEmpty()) {
            waited.setText("waiting " + CardText.waited(card.ask(), Instant.now()));
        }
    }

    private void paint() {
        boolean closed = card.closed().isPresent();
        content.show(card.rows());
        shown(content.node(), !card.rows().isEmpty());
        unseen.setText(card.unseen());
        next.setVisible(!card.isSeen());
        next.setManaged(!card.isSeen());
        boolean alone = !card.alike().isEmpty() && !card.isTogether();
        others.setText("Show the " + card.alike().size() + " others like it");
        others.setVisible(alone);
        others.setManaged(alone);
        shown(seenRow, !closed && (!card.isSeen() || alone));
        answers.paint(CardText.expires(card.ask(), Instant.now(), ZoneId.systemDefault()));
        shown(answers.node(), !closed);
        shown(outcomeRow, closed);
        card.closed().ifPresent(done -> {
            boolean allowed = done.answer().equals("allowed");
            outcome.setText(done.sentence());
            outcomeGlyph.set(allowed ? "✓" : "✕");
            outcomeRow.getStyleClass().setAll("row", "card-outcome", allowed ? "tone-ok" : "tone-muted");
        });
        tick();
    }

    static void shown(Node node, boolean shown) {
        node.setVisible(shown);
        node.setManaged(shown);
    }
}
