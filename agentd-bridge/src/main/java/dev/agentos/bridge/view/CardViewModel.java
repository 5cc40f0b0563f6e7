package dev.agentos.bridge.view;

import dev.agentos.bridge.view.InboxViewModel.Closed;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Member;
import dev.agentos.bridge.wire.ConsentWire.OptionView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One question on its way to an answer in a window. Nobody answers by accident: an Allow is closed until the whole content
 * was displayed, keys and clicks are dead for 400 ms after anything new was painted and keys also after any other key, a
 * key only marks and Enter gives what is marked, a paste never counts. An ask that is answered elsewhere closes with the
 * name of who answered. Pure: the caller has the clock and the screen; times are monotonic, in nanoseconds. Not for more
 * than one thread.
 */
public final class CardViewModel {

    /** Keys and clicks are dead for this long. */
    public static final long DEAD_NANOS = 400_000_000L;

    /** Two keys closer than this were not typed one after the other. */
    static final long TYPED_APART_NANOS = 12_000_000L;

    /** Longer lines are cut into several rows, until the screen says how many columns it has. */
    static final int ROW_COLUMNS = 400;

    /** From here on characters may be two columns wide. */
    private static final int WIDE = 0x1100;

    private final String client;
    private final AskView ask;
    private List<AskView> alike;
    private boolean together;
    private boolean more;
    private List<TextLine> rows;
    private int columns = ROW_COLUMNS;
    private int displayed;
    private Optional<CardChoice> marked = Optional.empty();
    private String word = "";
    private long wordAt;
    private long deadUntil;
    private String said = "";
    private boolean sent;
    private Optional<Closed> closed = Optional.empty();

    /**
     * @param alike other asks of the same group that wait too
     * @param client this program, as the audit names it
     * @param now when the card is on the screen
     */
    public CardViewModel(AskView ask, List<AskView> alike, String client, long now) {
        this.ask = ask;
        this.alike = List.copyOf(alike);
        this.client = client;
        this.rows = rowsOf(ask);
        this.deadUntil = now + DEAD_NANOS;
        this.wordAt = now;
    }

    // ------------------------------------------------------------------ what is shown

    public AskView ask() {
        return ask;
    }

    public List<AskView> alike() {
        return alike;
    }

    /** The content as rows; with the others of the group below where they are shown too. */
    public List<TextLine> rows() {
        return rows;
    }

    /** Rows that were displayed so far, from the first without a gap. */
    public int displayed() {
        return displayed;
    }

    public boolean isSeen() {
        return displayed >= rows.size();
    }

    /** Whether the others of the group are shown below, and can be allowed together. */
    public boolean isTogether() {
        return together;
    }

    /** Whether longer grants could be shown. */
    public boolean hasMore() {
        return !more && (ask.offers("restart") || ask.offers("30d"));
    }

    public boolean needsWord() {
        return CardText.isHigh(ask);
    }

    public String word() {
        return word;
    }

    /** The choice that waits for Enter. */
    public Optional<CardChoice> marked() {
        return marked;
    }

    /** One line for the person, about what was just tried; may be empty. */
    public String said() {
        return said;
    }

    /** How it ended; empty while it waits. */
    public Optional<Closed> closed() {
        return closed;
    }

    /** Whether an answer is on its way. */
    public boolean isSent() {
        return sent;
    }

    /** How far the content was seen, in words; empty once all of it was. */
    public String unseen() {
        if (isSeen()) {
            return "";
        }
        int left = rows.size() - displayed;
        return (left == 1 ? "1 more line was" : left + " more lines were")
                + " not seen yet: scroll to the end, then Allow opens";
    }

    /** The answers, the safe one first, the smallest Allow next. */
    public List<CardChoice> choices() {
        List<CardChoice> choices = new ArrayList<>();
        int all = alike.size() + 1;
        choices.add(CardChoice.deny());
        if (all > 1) {
            choices.add(CardChoice.denyAll(all));
        }
        add(choices, 'o', "once", "Allow this once");
        if (all > 1 && !needsWord()) {
            choices.add(CardChoice.allowAll(all));
        }
        add(choices, 'r', "run", ask.kind().equals("plan") ? "Allow this plan" : "Allow in this run, here only");
        if (more) {
            add(choices, 's', "restart", "Allow until agentd restarts");
            add(choices, 't', "30d", "Allow for 30 days");
        }
        return choices;
    }

    private void add(List<CardChoice> choices, char letter, String scope, String label) {
        ask.options().stream()
                .filter(option -> option.scope().equals(scope))
                .map(OptionView::says)
                .findFirst()
                .ifPresent(says -> choices.add(CardChoice.allow(letter, scope, label, says)));
    }

    /** Why a choice cannot be given now, as a tooltip says it; empty when it can. */
    public String blocked(CardChoice choice) {
        if (closed.isPresent()) {
            return "it does not wait any more";
        }
        if (sent) {
            return "an answer is on its way";
        }
        if (!choice.allows()) {
            return "";
        }
        if (choice.forAll() && !together) {
            return "show the others first";
        }
        if (!isSeen()) {
            return unseen();
        }
        return needsWord() && !word.equals(ask.confirmWord()) ? "type the word " + ask.confirmWord() + " first" : "";
    }

    // ------------------------------------------------------------------ what was displayed

    /** These rows stood on the screen in full; they count where no row before them was skipped. */
    public void displayed(int from, int end, long now) {
        boolean before = isSeen();
        if (from <= displayed) {
            displayed = Math.max(displayed, Math.min(end, rows.size()));
        }
        if (isSeen() && !before) {
            painted(now);
        }
    }

    /** Something new stands on the screen: nothing is marked, and keys and clicks are dead for a moment. */
    public void painted(long now) {
        marked = Optional.empty();
        die(now);
    }

    /** Shows the others of the group below; what is new has not been seen. */
    public void showTogether(long now) {
        if (!together && !alike.isEmpty()) {
            together = true;
            rows = allRows();
            painted(now);
        }
    }

    public void showMore(long now) {
        more = true;
        painted(now);
    }

    private List<TextLine> allRows() {
        List<TextLine> all = new ArrayList<>(rowsOf(ask));
        for (AskView other : alike) {
            all.add(TextLine.muted("── " + other.id() + "  " + other.target()));
            all.addAll(rowsOf(other));
        }
        return all;
    }

    private List<TextLine> rowsOf(AskView ask) {
        if (ask.content().isEmpty()) {
            return List.of();
        }
        List<TextLine> lines = ask.contentKind().equals("diff")
                ? TextLines.diff(ask.content())
                : ask.content().lines().map(TextLine::of).toList();
        List<TextLine> rows = new ArrayList<>();
        for (TextLine line : lines) {
            cut(line.text().replace("\t", "    ")).forEach(part -> rows.add(new TextLine(line.tone(), part)));
        }
        return List.copyOf(rows);
    }

    /** Rows that are as wide as the screen has columns. */
    private List<String> cut(String text) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        int used = 0;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            int width = point >= WIDE ? 2 : 1;
            if (used + width > columns && at > from) {
                parts.add(text.substring(from, at));
                from = at;
                used = 0;
            }
            used += width;
            at += Character.charCount(point);
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** The screen has so many columns. What was seen to its end stays seen; else the rows are others and begin anew. */
    public void fold(int width, long now) {
        if (width == columns || width < 1) {
            return;
        }
        boolean seen = isSeen();
        columns = width;
        rows = together ? allRows() : rowsOf(ask);
        displayed = seen ? rows.size() : 0;
        painted(now);
    }

    // ------------------------------------------------------------------ keys and clicks

    private void die(long now) {
        deadUntil = Math.max(deadUntil, now + DEAD_NANOS);
    }

    /** A key that means nothing here. */
    public void key(long now) {
        marked = Optional.empty();
        die(now);
    }

    /** A letter. */
    public void letter(char letter, long now) {
        Optional<CardChoice> choice =
                choices().stream().filter(one -> one.letter() == letter).findFirst();
        if (choice.isPresent()) {
            mark(choice.get(), now);
        } else {
            key(now);
        }
    }

    /** A key on a choice: it is marked and waits for Enter. */
    public void mark(CardChoice choice, long now) {
        boolean dead = now < deadUntil;
        key(now);
        String why = dead ? "too soon: look at it first" : blocked(choice);
        if (why.isEmpty()) {
            marked = Optional.of(choice);
            said = "Enter gives it: " + choice.label();
        } else {
            said = why;
        }
    }

    /** Enter. Alone it does nothing. */
    public Optional<AnswerRequest> enter(long now) {
        boolean dead = now < deadUntil;
        Optional<CardChoice> choice = marked;
        die(now);
        if (choice.isEmpty()) {
            said = "Enter alone does nothing: mark a choice first";
            return Optional.empty();
        }
        if (dead) {
            said = "wait a moment, then press Enter";
            return Optional.empty();
        }
        return give(choice.get());
    }

    /** A click of the pointer on a choice, whose exact grant stands beside it. */
    public Optional<AnswerRequest> click(CardChoice choice, long now) {
        if (now < deadUntil) {
            key(now);
            said = "too soon: look at it first";
            return Optional.empty();
        }
        return give(choice);
    }

    private Optional<AnswerRequest> give(CardChoice choice) {
        String why = blocked(choice);
        if (!why.isEmpty()) {
            said = why;
            marked = Optional.empty();
            return Optional.empty();
        }
        sent = true;
        said = "";
        return Optional.of(answer(choice));
    }

    /**
     * The text in the field for the word has changed. More than one character at once, or faster than a hand types, is a
     * paste.
     *
     * @return what the field shall hold now
     */
    public String typed(String text, long now) {
        boolean pasted = text.length() > word.length() + 1
                || (text.length() > word.length() && now - wordAt < TYPED_APART_NANOS);
        wordAt = now;
        key(now);
        word = pasted ? "" : text;
        said = pasted ? "a paste never answers: type the word" : "";
        return word;
    }

    /** A paste, wherever it was tried. */
    public void pasted(long now) {
        key(now);
        said = "a paste never answers";
    }

    // ------------------------------------------------------------------ answers

    private AnswerRequest answer(CardChoice choice) {
        if (!choice.allows()) {
            AnswerRequest deny = AnswerRequest.deny(ask, client);
            return choice.forAll() ? deny.with(alike) : deny;
        }
        return new AnswerRequest(
                "allow",
                choice.scope(),
                ask.shown(),
                needsWord() ? Optional.of(word) : Optional.empty(),
                Optional.of(client),
                Optional.of(ask.contentDigest()),
                choice.forAll() ? Optional.of(members()) : Optional.empty());
    }

    private List<Member> members() {
        return alike.stream()
                .map(other -> new Member(other.id(), other.shown(), Optional.of(other.contentDigest())))
                .toList();
    }

    /** The answer was not taken. */
    public void refused(String why, long now) {
        sent = false;
        painted(now);
        said = why;
    }

    // ------------------------------------------------------------------ what others do

    /** What waits has changed: closes the card when its ask was answered, and counts those like it anew. */
    public void reduce(InboxViewModel inbox, long now) {
        if (closed.isPresent()) {
            return;
        }
        closed = inbox.closed().stream()
                .filter(done -> done.ask().equals(ask.id()))
                .findFirst();
        List<AskView> others = inbox.alike(ask);
        if (!others.equals(alike) && closed.isEmpty() && !sent) {
            alike = others;
            // A set that has changed is not the set that was seen: the others are shown anew when they are wanted.
            together = false;
            rows = rowsOf(ask);
            displayed = Math.min(displayed, rows.size());
            painted(now);
        }
        if (closed.isPresent()) {
            painted(now);
        }
    }

    /** The ask as agentd has it now: tells what became of one that ended while nobody listened. */
    public void reduce(AskView fresh, long now) {
        if (closed.isEmpty() && fresh.id().equals(ask.id()) && !fresh.state().equals("pending")) {
            closed = Optional.of(new Closed(ask.id(), ask.title(), fresh.state(), fresh.by(), ""));
            painted(now);
        }
    }
}
