package dev.agentos.tui.monitor;

import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.tui.consent.CardSession;
import dev.agentos.tui.consent.CardSession.Step;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A question on the whole screen: the session that every card has, with a window over its content. Rows count as seen only
 * when the window has held them.
 */
final class MonitorCard {

    static final String CLIENT = "agentmon";

    private static final String HINT = "a letter marks, Enter gives it · ↑↓ read · esc leaves it waiting";

    private final CardSession session;
    private final int width;
    private final int height;
    private int scroll;
    private String message = HINT;

    MonitorCard(AskView ask, List<AskView> alike, int width, int height, long now) {
        this.session = new CardSession(ask, alike, CardScreen.contentWidth(width), CLIENT, now);
        this.width = width;
        this.height = height;
        shown(now);
    }

    AskView ask() {
        return session.ask();
    }

    boolean fits(int otherWidth, int otherHeight) {
        return width == otherWidth && height == otherHeight;
    }

    /** Lines of content that the window has. */
    private int room() {
        return CardScreen.paint(new Frame(width, height), view(), 2, height - 1, Instant.EPOCH);
    }

    private boolean shown(long now) {
        return session.scrolledTo(scroll, scroll + room(), now);
    }

    /** Moves the window; keys are dead for a moment, as after any paint. */
    void scroll(int by, long now) {
        int most = Math.max(0, session.reading().rows().size() - room());
        scroll = Math.clamp((long) scroll + by, 0, most);
        message = shown(now) ? "all of it was shown: Allow is open" : HINT;
    }

    void page(int pages, long now) {
        scroll(pages * Math.max(1, room() - 1), now);
    }

    /** Another key came between: nothing is marked any more. */
    void other(long now) {
        session.painted(now);
        message = HINT;
    }

    /** The answer that a key gives, if it gives one. */
    Optional<AnswerRequest> key(char key, long now) {
        switch (session.key(key, now)) {
            case Step.Answered answered -> {
                return Optional.of(answered.answer());
            }
            case Step.Marked marked -> message = "→ " + marked.meaning() + "   Enter gives it";
            case Step.Said said -> message = said.text();
            case Step.Opened _ -> message = HINT;
            case Step.Show _ -> page(1, now);
            case Step.Nothing _ -> {}
        }
        return Optional.empty();
    }

    CardView view() {
        return new CardView(
                session.ask(),
                session.reading().rows(),
                scroll,
                session.reading().left(),
                session.choices(),
                session.marked(),
                session.word(),
                message);
    }
}
