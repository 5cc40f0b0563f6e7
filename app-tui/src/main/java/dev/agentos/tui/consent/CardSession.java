package dev.agentos.tui.consent;

import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Member;
import dev.agentos.bridge.wire.ConsentWire.OptionView;
import dev.agentos.tui.term.AnswerPrompt;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import dev.agentos.tui.term.AnswerPrompt.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One question on its way to an answer, the same for lines, for a card in the flow and for a whole screen: what of it was
 * painted, which choices that opens, and what a key does. Keys pass through {@link AnswerPrompt}. Pure: the caller has the
 * clock and the screen.
 */
public final class CardSession {

    private static final long TYPED_APART_NANOS = 12_000_000L;
    private static final String ALLOWS = "orsta";

    /** What a key did. */
    public sealed interface Step {
        /** Nothing that shows. */
        record Nothing() implements Step {}

        /** Something to tell the person. */
        record Said(String text) implements Step {}

        /** A choice is marked and waits for Enter; {@code meaning} is exactly what it would do. */
        record Marked(String meaning) implements Step {}

        /** The next rows are to be painted. */
        record Show() implements Step {}

        /** Other choices are open now. */
        record Opened() implements Step {}

        /** The person has decided. */
        record Answered(AnswerRequest answer) implements Step {}
    }

    private final AskView ask;
    private final List<AskView> alike;
    private final ContentReading reading;
    private final String client;
    private AnswerPrompt prompt;
    private boolean more;
    private Optional<Choice> marked = Optional.empty();
    private Optional<Choice> confirming = Optional.empty();
    private final StringBuilder word = new StringBuilder();
    private long lastKey;

    /**
     * @param alike other asks of the same group, which one answer may cover once all of them were shown
     * @param width columns for the content; what was painted at this width to its end has been seen
     * @param client this program, as the audit names it
     * @param now the monotonic time at which the card is on the screen, in nanoseconds
     */
    public CardSession(AskView ask, List<AskView> alike, int width, String client, long now) {
        this.ask = ask;
        this.alike = List.copyOf(alike);
        this.reading = new ContentReading(ask, width);
        this.client = client;
        this.prompt = new AnswerPrompt(choices(), now);
        this.lastKey = now;
    }

    public AskView ask() {
        return ask;
    }

    /** How far the content was painted: the caller paints what it takes from here. */
    public ContentReading reading() {
        return reading;
    }

    /** The choice that waits for Enter. */
    public Optional<Choice> marked() {
        return marked;
    }

    /** What was typed of the word that a high-risk object needs; empty where none is being typed. */
    public Optional<String> word() {
        return confirming.map(_ -> word.toString());
    }

    // ------------------------------------------------------------------ choices

    /** The open choices, the safe one first. There is no Allow until everything was painted. */
    public List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice('d', "Don't allow"));
        if (!alike.isEmpty()) {
            choices.add(new Choice('n', "Don't allow any of the " + (alike.size() + 1)));
        }
        if (!reading.isComplete()) {
            choices.add(Choice.harmless('v', "View the next of " + reading.left() + " more rows, then Allow opens"));
            return choices;
        }
        if (ask.offers("once")) {
            choices.add(new Choice('o', "Allow this once"));
        }
        if (!alike.isEmpty()) {
            boolean whole = reading.asks().size() > 1;
            choices.add(
                    whole
                            ? new Choice('a', "Allow all " + (alike.size() + 1) + ", once each")
                            : Choice.harmless('g', "Show the " + alike.size() + " others too"));
        }
        if (ask.offers("run")) {
            choices.add(
                    new Choice('r', ask.kind().equals("plan") ? "Allow this plan" : "Allow in this run, here only"));
        }
        longer(choices);
        return choices;
    }

    private void longer(List<Choice> choices) {
        if (!ask.offers("restart") && !ask.offers("30d")) {
            return;
        }
        if (!more) {
            choices.add(Choice.harmless('m', "More…"));
            return;
        }
        if (ask.offers("restart")) {
            choices.add(new Choice('s', "Allow until agentd restarts"));
        }
        if (ask.offers("30d")) {
            choices.add(new Choice('t', "Allow for 30 days"));
        }
    }

    /** Whether a choice allows anything. */
    static boolean allows(Choice choice) {
        return ALLOWS.indexOf(choice.letter()) >= 0;
    }

    private static String scope(Choice choice) {
        return switch (choice.letter()) {
            case 'r' -> "run";
            case 's' -> "restart";
            case 't' -> "30d";
            default -> "once";
        };
    }

    /** What a choice would do, exactly: for an Allow, agentd's own words. */
    public String meaning(Choice choice) {
        return switch (choice.letter()) {
            case 'd' -> "refuse this once; no rule is made";
            case 'n' -> "refuse all " + (alike.size() + 1) + " once; no rule is made";
            case 'a' -> "allow all " + (alike.size() + 1) + " that were shown, once each";
            case 'v', 'g' -> "show everything";
            case 'm' -> "show longer grants";
            default ->
                ask.options().stream()
                        .filter(option -> option.scope().equals(scope(choice)))
                        .map(OptionView::says)
                        .findFirst()
                        .orElse("");
        };
    }

    // ------------------------------------------------------------------ keys

    /** The question stands on the screen anew: keys are dead for a moment and nothing is marked. */
    public void painted(long now) {
        marked = Optional.empty();
        prompt = new AnswerPrompt(choices(), now);
        lastKey = now;
    }

    /** The rows from one to another are on the screen now; whether that opened Allow. */
    public boolean scrolledTo(int from, int end, long now) {
        boolean before = reading.isComplete();
        reading.painted(from, end);
        forgetWord();
        painted(now);
        return !before && reading.isComplete();
    }

    /** What a key does. */
    public Step key(char key, long now) {
        if (confirming.isPresent()) {
            return typed(key, now);
        }
        lastKey = now;
        return switch (prompt.key(key, now)) {
            case Outcome.Nothing _ -> new Step.Nothing();
            case Outcome.Ignored ignored -> {
                marked = Optional.empty();
                yield new Step.Said(ignored.why());
            }
            case Outcome.Marked m -> {
                marked = Optional.of(m.choice());
                yield new Step.Marked(meaning(m.choice()));
            }
            case Outcome.Chosen chosen -> chosen(chosen.choice(), now);
        };
    }

    private Step chosen(Choice choice, long now) {
        if (choice.isHarmless()) {
            if (choice.letter() == 'g') {
                alike.forEach(reading::add);
            }
            more |= choice.letter() == 'm';
            painted(now);
            return choice.letter() == 'm' ? new Step.Opened() : new Step.Show();
        }
        if (allows(choice) && needsWord()) {
            confirming = Optional.of(choice);
            word.setLength(0);
            return new Step.Said("high risk: type " + ask.confirmWord() + " and press Enter");
        }
        return new Step.Answered(answer(choice, Optional.empty()));
    }

    private Step typed(char key, long now) {
        boolean pasted = now - lastKey < TYPED_APART_NANOS;
        lastKey = now;
        boolean enter = key == '\n' || key == '\r';
        boolean right = word.toString().equals(ask.confirmWord());
        if (pasted || key == '\u001b' || (enter && !right)) {
            forgetWord();
            painted(now);
            return new Step.Said(
                    pasted ? "a paste never answers; nothing was allowed" : "not the word; nothing was allowed");
        }
        if (enter) {
            return new Step.Answered(answer(confirming.orElseThrow(), Optional.of(word.toString())));
        }
        if (key == 0x7F || key == '\b') {
            word.setLength(Math.max(0, word.length() - 1));
        } else {
            word.append(key);
        }
        return new Step.Said("high risk: type " + ask.confirmWord() + " and press Enter");
    }

    private void forgetWord() {
        confirming = Optional.empty();
        word.setLength(0);
    }

    /** A harmless choice that was made by a line instead of a key. */
    Step open(Choice choice, long now) {
        return chosen(choice, now);
    }

    // ------------------------------------------------------------------ answers

    boolean needsWord() {
        return ask.risk().equals("high");
    }

    /** The answer of a choice, with the digests of what was painted and of nothing else. */
    AnswerRequest answer(Choice choice, Optional<String> confirmed) {
        return switch (choice.letter()) {
            case 'd' -> AnswerRequest.deny(ask, client);
            case 'n' -> AnswerRequest.deny(ask, client).with(alike);
            default -> allow(choice, confirmed);
        };
    }

    private AnswerRequest allow(Choice choice, Optional<String> confirmed) {
        List<Member> others = reading.asks().stream()
                .filter(member -> choice.letter() == 'a' && !member.id().equals(ask.id()))
                .map(member -> new Member(member.id(), member.shown(), reading.digest(member)))
                .toList();
        return new AnswerRequest(
                "allow",
                scope(choice),
                ask.shown(),
                confirmed,
                Optional.of(client),
                reading.digest(ask),
                others.isEmpty() ? Optional.empty() : Optional.of(others));
    }
}
