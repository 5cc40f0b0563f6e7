package dev.agentos.center.screen.inbox;

import dev.agentos.bridge.view.CardText;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.InboxViewModel;
import dev.agentos.bridge.view.InboxViewModel.Closed;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.center.consent.CardView;
import dev.agentos.center.consent.CardWindow;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** What waits at the left, the card of one of them at the right, what became of others below. */
public final class InboxView implements Screen {

    private static final double SIDE = 280;
    private static final int CLOSED_SHOWN = 8;

    private final ScreenContext context;
    private final VBox rows = new VBox();
    private final VBox answered = new VBox();
    private final VBox answeredPanel;
    private final VBox place = new VBox();
    private final Label count = Parts.text("", "muted");
    private final Hyperlink apart = Parts.link("Open in its own window", this::openApart);
    private final Button following = Parts.button("Next question", this::following);
    private final PanelView<InboxViewModel> panel;
    private final VBox root;
    private Optional<CardView> card = Optional.empty();
    private Shown painted = new Shown(List.of(), "", 0, List.of());
    private InboxViewModel inbox = InboxViewModel.empty();

    private record Shown(List<AskView> cards, String open, int count, List<Closed> closed) {}

    public InboxView(ScreenContext context) {
        this.context = context;
        rows.getStyleClass().add("inbox-rows");
        VBox waiting = Parts.panel(Parts.head("Waits for you", count), Parts.scroll(rows));
        answered.getStyleClass().add("answered");
        answeredPanel = Parts.panel(Parts.head("Answered"), answered);
        VBox side = Parts.column(waiting, answeredPanel);
        side.setMinWidth(SIDE);
        side.setPrefWidth(SIDE);
        VBox.setVgrow(waiting, Priority.ALWAYS);
        VBox right = Parts.column(place, Parts.row(apart, Parts.spring(), following));
        VBox.setVgrow(place, Priority.ALWAYS);
        HBox.setHgrow(right, Priority.ALWAYS);
        HBox both = new HBox(side, right);
        both.getStyleClass().add("split");
        panel = new PanelView<>(both, this::fill);
        root = new VBox(panel);
        root.getStyleClass().add("page");
        VBox.setVgrow(panel, Priority.ALWAYS);
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        inbox = context.store().state().inbox();
        Optional<AskView> wanted = inbox.find(argument);
        if (wanted.isPresent()) {
            open(wanted.get(), true);
        }
    }

    @Override
    public void show(CenterViewModel state) {
        panel.show(state(state));
    }

    private static PanelState<InboxViewModel> state(CenterViewModel state) {
        if (!state.known()) {
            return state.connection().isConnected()
                    ? new PanelState.Loading<>("asking agentd")
                    : new PanelState.Failed<>(
                            "agentd does not answer: " + state.connection().why(), "start it: ./agentos up");
        }
        InboxViewModel inbox = state.inbox();
        return inbox.waiting().isEmpty() && inbox.closed().isEmpty()
                ? new PanelState.Empty<>(
                        "Nothing waits for you.",
                        "A question of an agent appears here and stays until somebody answers it.")
                : new PanelState.Ready<>(inbox, state.connection().lostSince());
    }

    private void fill(InboxViewModel next) {
        inbox = next;
        List<AskView> cards = next.cards();
        if (card.isEmpty() && !cards.isEmpty()) {
            // It is only painted: whoever types goes on typing where they were.
            open(cards.getFirst(), false);
        }
        card.ifPresent(open -> open.show(next));
        String shown = shownAsk();
        boolean over = card.map(open -> open.model().closed().isPresent()).orElse(false);
        count.setText(cards.isEmpty() ? "nothing" : String.valueOf(next.count()));
        // Rows that are made anew lose the focus, so they are only when there is another thing to show.
        Shown now = new Shown(cards, shown, next.count(), next.closed());
        if (!now.equals(painted)) {
            painted = now;
            rows.getChildren()
                    .setAll(cards.stream()
                            .map(ask -> row(ask, ask.id().equals(shown)))
                            .toList());
            answered.getChildren()
                    .setAll(next.closed().stream()
                            .limit(CLOSED_SHOWN)
                            .map(InboxView::closed)
                            .toList());
        }
        visible(answeredPanel, !next.closed().isEmpty());
        visible(following, over && !cards.isEmpty());
        visible(apart, card.isPresent() && !over);
    }

    private String shownAsk() {
        return card.map(open -> open.model().ask().id()).orElse("");
    }

    private static void visible(Node node, boolean shown) {
        node.setVisible(shown);
        node.setManaged(shown);
    }

    private void open(AskView ask, boolean byPerson) {
        if (!shownAsk().equals(ask.id())) {
            CardView fresh = new CardView(context, ask);
            card = Optional.of(fresh);
            VBox.setVgrow(fresh.node(), Priority.ALWAYS);
            place.getChildren().setAll(fresh.node());
        }
        if (byPerson) {
            card.ifPresent(CardView::focus);
        }
    }

    private void following() {
        inbox.cards().stream().findFirst().ifPresent(this::choose);
    }

    private void openApart() {
        card.ifPresent(open -> CardWindow.open(context, open.model().ask()));
    }

    private Node row(AskView ask, boolean isShown) {
        Label title = Parts.prose(CardText.title(ask), "strong");
        int alike = inbox.alike(ask).size();
        String more = alike == 0 ? "" : " · " + alike + " more like it";
        boolean high = CardText.isHigh(ask);
        Label below = Parts.text(
                "since " + CardText.since(ask, ZoneId.systemDefault()) + more + (high ? " · high risk" : ""),
                high ? "tone-bad" : "muted");
        HBox sign = new HBox(new Glyph("?"));
        sign.getStyleClass().addAll("sign", "tone-needs");
        VBox words = new VBox(title, below);
        HBox.setHgrow(words, Priority.ALWAYS);
        words.setMinWidth(0);
        HBox line = Parts.row(sign, words);
        line.setAlignment(Pos.TOP_LEFT);
        line.getStyleClass().add("inbox-row");
        line.setAccessibleText(CardText.title(ask));
        // Not a button: a button measures its inside without its width, and titles break into lines.
        line.setFocusTraversable(true);
        line.setOnMouseClicked(_ -> choose(ask));
        line.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.ENTER || event.getCode() == KeyCode.SPACE) {
                choose(ask);
                event.consume();
            }
        });
        if (isShown) {
            line.getStyleClass().add("inbox-open");
        }
        return line;
    }

    private void choose(AskView ask) {
        open(ask, true);
        fill(inbox);
    }

    private static Node closed(Closed done) {
        HBox sign = new HBox(new Glyph(done.answer().equals("allowed") ? "✓" : "✕"));
        sign.getStyleClass().addAll("sign", done.answer().equals("allowed") ? "tone-ok" : "tone-muted");
        Label text = Parts.prose(done.sentence(), "muted");
        HBox.setHgrow(text, Priority.ALWAYS);
        HBox line = Parts.row(sign, text);
        line.setAlignment(Pos.TOP_LEFT);
        return line;
    }
}
