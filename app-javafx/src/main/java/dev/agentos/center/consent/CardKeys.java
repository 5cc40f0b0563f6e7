package dev.agentos.center.consent;

import dev.agentos.bridge.view.CardChoice;
import dev.agentos.bridge.view.CardViewModel;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Node;
import javafx.scene.control.Hyperlink;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/** The keys of a card. A letter, or Space on a button, marks; Enter gives what is marked; nothing else answers. */
final class CardKeys {

    private final CardViewModel card;
    private final CardAnswers answers;
    private final Runnable nextPart;
    private final Consumer<AnswerRequest> send;
    private final Runnable changed;

    CardKeys(
            CardViewModel card,
            CardAnswers answers,
            Runnable nextPart,
            Consumer<AnswerRequest> send,
            Runnable changed) {
        this.card = card;
        this.answers = answers;
        this.nextPart = nextPart;
        this.send = send;
        this.changed = changed;
    }

    void attach(Node root) {
        root.addEventFilter(KeyEvent.KEY_PRESSED, this::pressed);
    }

    private void pressed(KeyEvent event) {
        long now = System.nanoTime();
        boolean paste = (event.isShortcutDown() && event.getCode() == KeyCode.V)
                || (event.isShiftDown() && event.getCode() == KeyCode.INSERT)
                || event.getCode() == KeyCode.PASTE;
        if (paste) {
            card.pasted(now);
            event.consume();
        } else if (event.getCode() == KeyCode.ENTER) {
            card.enter(now).ifPresent(send);
            event.consume();
        } else if (event.isShortcutDown() || event.isAltDown() || event.isMetaDown()) {
            card.key(now);
        } else if (!answers.word().equals(event.getTarget())) {
            plain(event, now);
        }
        changed.run();
    }

    private void plain(KeyEvent event, long now) {
        Optional<CardChoice> focused =
                event.getTarget() instanceof Node node ? answers.choiceOf(node) : Optional.empty();
        if (event.getCode() == KeyCode.SPACE) {
            boolean harmless = event.getTarget() instanceof Hyperlink;
            focused.ifPresentOrElse(choice -> card.mark(choice, now), () -> card.key(now));
            if (!harmless) {
                event.consume();
            }
        } else if (event.getCode().isLetterKey()) {
            letter(event.getCode().getChar().toLowerCase(Locale.ROOT).charAt(0), now);
            event.consume();
        } else {
            // Tab, arrows, Escape and the rest do what they do everywhere, and no answer counts for a moment.
            card.key(now);
        }
    }

    private void letter(char letter, long now) {
        switch (letter) {
            case 'v' -> {
                card.key(now);
                nextPart.run();
            }
            case 'g' -> card.showTogether(now);
            case 'm' -> {
                if (card.hasMore()) {
                    card.showMore(now);
                } else {
                    card.key(now);
                }
            }
            default -> card.letter(letter, now);
        }
    }
}
