package dev.agentos.tui.term;

import java.util.List;
import java.util.Optional;

/**
 * Reads one choice from keys so that nobody answers by accident. A letter or number marks a choice and Enter gives it.
 * Enter alone does nothing. A key counts only when the question has stood for 400 ms and no other key came for 400 ms,
 * so that a stream of keys never answers. Keys that come faster than a hand types are a paste, and a paste never answers.
 * Pure: the caller has the clock.
 */
public final class AnswerPrompt {

    /** Keys are dead for this long after paint and after any other key. */
    public static final long DEAD_NANOS = 400_000_000L;

    /** Two keys closer than this were not typed one after the other. */
    static final long TYPED_APART_NANOS = 12_000_000L;

    private static final String PASTE_BEGINS = "\u001b[200~";
    private static final String PASTE_ENDS = "\u001b[201~";

    /** A choice: its letter, what it says, and whether it answers nothing, so that its letter alone does it. */
    public record Choice(char letter, String label, boolean isHarmless) {

        /** A choice that answers: marked by its letter, given by Enter. */
        public Choice(char letter, String label) {
            this(letter, label, false);
        }

        /** A choice that only shows more. */
        public static Choice harmless(char letter, String label) {
            return new Choice(letter, label, true);
        }
    }

    /** What a key did. */
    public sealed interface Outcome {
        /** Nothing, or nothing that shows. */
        record Nothing() implements Outcome {}

        /** A choice is marked and waits for Enter. */
        record Marked(Choice choice) implements Outcome {}

        /** The person has decided. */
        record Chosen(Choice choice) implements Outcome {}

        /** The key did not count, and why. */
        record Ignored(String why) implements Outcome {}
    }

    private final List<Choice> choices;
    private long deadUntil;
    private long lastKey;
    private Optional<Choice> marked = Optional.empty();
    private boolean pasting;
    private final StringBuilder escape = new StringBuilder();

    /** @param paintedAt the monotonic time, in nanoseconds, at which the question was fully painted */
    public AnswerPrompt(List<Choice> choices, long paintedAt) {
        this.choices = List.copyOf(choices);
        this.deadUntil = paintedAt + DEAD_NANOS;
        this.lastKey = paintedAt - DEAD_NANOS;
    }

    /** The state after a key that came at {@code now}. */
    public Outcome key(char key, long now) {
        long since = now - lastKey;
        lastKey = now;
        if (isEscape(key)) {
            return new Outcome.Nothing();
        }
        if (pasting) {
            return ignored("a paste never answers", now);
        }
        if (since < TYPED_APART_NANOS) {
            return ignored("that came faster than a hand types: a paste never answers", now);
        }
        boolean dead = now < deadUntil;
        deadUntil = Math.max(deadUntil, now + DEAD_NANOS);
        boolean enter = key == '\r' || key == '\n';
        if (dead && enter && marked.isPresent()) {
            return new Outcome.Ignored("wait a moment, then press Enter");
        }
        if (dead) {
            return ignored("too soon: look at it first", now);
        }
        if (enter) {
            return marked.<Outcome>map(Outcome.Chosen::new)
                    .orElseGet(() -> ignored("Enter alone does nothing: mark a choice first", now));
        }
        Optional<Choice> choice = choiceOf(key);
        if (choice.isEmpty()) {
            return ignored("no such choice", now);
        }
        if (choice.get().isHarmless()) {
            marked = Optional.empty();
            return new Outcome.Chosen(choice.get());
        }
        marked = choice;
        return new Outcome.Marked(choice.get());
    }

    private Outcome ignored(String why, long deadFrom) {
        marked = Optional.empty();
        deadUntil = Math.max(deadUntil, deadFrom + DEAD_NANOS);
        return new Outcome.Ignored(why);
    }

    private Optional<Choice> choiceOf(char key) {
        char letter = Character.toLowerCase(key);
        int number = letter - '1';
        if (number >= 0 && number < choices.size()) {
            return Optional.of(choices.get(number));
        }
        return choices.stream().filter(choice -> choice.letter() == letter).findFirst();
    }

    /** Swallows escape sequences, among them the marks that a terminal puts around a paste. */
    private boolean isEscape(char key) {
        if (escape.isEmpty() && key != '\u001b') {
            return false;
        }
        escape.append(key);
        String sequence = escape.toString();
        boolean complete = sequence.length() > 2 ? key >= 0x40 && key <= 0x7E : sequence.length() == 2 && key != '[';
        if (complete) {
            if (sequence.equals(PASTE_BEGINS)) {
                pasting = true;
            } else if (sequence.equals(PASTE_ENDS)) {
                pasting = false;
            }
            deadUntil = Math.max(deadUntil, lastKey + DEAD_NANOS);
            marked = Optional.empty();
            escape.setLength(0);
        }
        return true;
    }
}
