package dev.agentos.center.consent;

import dev.agentos.bridge.view.CardChoice;
import dev.agentos.bridge.view.CardViewModel;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.center.ui.Parts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.css.PseudoClass;
import javafx.geometry.VPos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** The answers of a card: each button beside exactly what it gives, and the field for the word of a high-risk object. */
final class CardAnswers {

    private static final PseudoClass MARKED = PseudoClass.getPseudoClass("marked");

    private final CardViewModel card;
    private final Consumer<AnswerRequest> send;
    private final Runnable changed;
    private final Map<CardChoice, Button> buttons = new LinkedHashMap<>();
    private final GridPane grid = new GridPane();
    private final TextField word = new TypedField();
    private final HBox wordRow;
    private final Hyperlink more;
    private final Label said = Parts.prose("", "muted");
    private final Label expires = Parts.prose("", "muted");
    private final VBox root;
    private List<CardChoice> shown = List.of();

    CardAnswers(CardViewModel card, Consumer<AnswerRequest> send, Runnable changed) {
        this.card = card;
        this.send = send;
        this.changed = changed;
        grid.getStyleClass().add("answers");
        Label ask = Parts.prose("To allow it, type  " + card.ask().confirmWord(), "tone-bad");
        wordRow = Parts.row(ask, word);
        word.setAccessibleText("the word " + card.ask().confirmWord());
        word.textProperty().subscribe(text -> {
            if (!text.equals(card.word())) {
                String kept = card.typed(text, System.nanoTime());
                if (!kept.equals(text)) {
                    word.setText(kept);
                }
                changed.run();
            }
        });
        more = Parts.link("More: longer grants", this::showMore);
        HBox foot = Parts.row(expires, Parts.spring(), more);
        root = new VBox(wordRow, grid, said, foot);
        root.getStyleClass().add("answer-box");
        CardView.shown(wordRow, card.needsWord());
    }

    /** A field that takes no paste. */
    private final class TypedField extends TextField {
        @Override
        public void paste() {
            card.pasted(System.nanoTime());
            changed.run();
        }
    }

    Node node() {
        return root;
    }

    TextField word() {
        return word;
    }

    void focusSafe() {
        buttons.values().stream().findFirst().ifPresent(Node::requestFocus);
    }

    void showMore() {
        card.showMore(System.nanoTime());
        changed.run();
    }

    /** The choice whose button this is. */
    Optional<CardChoice> choiceOf(Node node) {
        return buttons.entrySet().stream()
                .filter(entry -> entry.getValue().equals(node))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    void paint(String until) {
        List<CardChoice> choices = card.choices();
        if (!choices.equals(shown)) {
            fill(choices);
        }
        buttons.forEach((choice, button) -> {
            // A button that has the focus and is disabled would hand the focus on, perhaps to an Allow.
            Parts.disable(button, choice.allows() ? card.blocked(choice) : "");
            boolean marked = card.marked().equals(Optional.of(choice));
            button.pseudoClassStateChanged(MARKED, marked);
            if (marked && !button.isFocused() && root.getScene() != null) {
                button.requestFocus();
            }
        });
        CardView.shown(more, card.hasMore());
        said.setText(card.isSent() ? "sending the answer …" : card.said());
        CardView.shown(said, !said.getText().isEmpty());
        expires.setText(until);
    }

    private void fill(List<CardChoice> choices) {
        boolean had = buttons.values().stream().anyMatch(Node::isFocused);
        shown = choices;
        buttons.clear();
        grid.getChildren().clear();
        int row = 0;
        for (CardChoice choice : choices) {
            Button button = Parts.button(choice.label(), () -> click(choice), choice.allows() ? "allow" : "safe");
            button.setMnemonicParsing(false);
            button.setMaxWidth(Double.MAX_VALUE);
            buttons.put(choice, button);
            Label key = Parts.text(String.valueOf(choice.letter()), "key");
            Label says = Parts.prose(choice.says(), "muted");
            GridPane.setHgrow(says, Priority.ALWAYS);
            HBox box = Parts.withReason(button);
            HBox.setHgrow(button, Priority.ALWAYS);
            grid.addRow(row++, box, key, says);
            GridPane.setValignment(says, VPos.CENTER);
        }
        if (had) {
            focusSafe();
        }
    }

    private void click(CardChoice choice) {
        card.click(choice, System.nanoTime()).ifPresent(send);
        changed.run();
    }
}
