package dev.agentos.tui.consent;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.domain.json.Digests;
import dev.agentos.tui.term.Screen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far the content of an ask, or of a whole group, has been on the screen. Only what was painted to its end has a
 * digest, and only with that digest does an Allow count.
 */
public final class ContentReading {

    /** So many rows fit on a screen beside the choices. */
    static final int PAGE = 20;

    private static final int PREVIEW = 10;
    private static final int SLACK = 4;

    private final int width;
    private final List<AskView> asks = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();
    private int painted;

    ContentReading(AskView ask, int width) {
        this.width = Math.max(20, width);
        asks.add(ask);
        rows.addAll(rowsOf(ask));
    }

    /** Adds another ask of the group; what is new has not been seen. */
    void add(AskView ask) {
        asks.add(ask);
        rows.add("");
        rows.add("── " + ask.id() + "  " + ask.target());
        rows.addAll(rowsOf(ask));
    }

    private List<String> rowsOf(AskView ask) {
        List<String> all = new ArrayList<>();
        if (!ask.content().isEmpty()) {
            ask.content()
                    .lines()
                    .forEach(line ->
                            all.addAll(Screen.cutRows(line.replace("\t", "    ").stripTrailing(), width)));
        }
        return all;
    }

    /** Every row, whether it was painted or not. */
    public List<String> rows() {
        return List.copyOf(rows);
    }

    /** These rows are on the screen; they count where nothing before them was skipped. */
    void painted(int from, int end) {
        if (from <= painted) {
            painted = Math.max(painted, Math.min(end, rows.size()));
        }
    }

    List<AskView> asks() {
        return List.copyOf(asks);
    }

    /** Rows that were not painted yet. */
    public int left() {
        return rows.size() - painted;
    }

    /** Whether all of it has been on the screen. */
    public boolean isComplete() {
        return painted >= rows.size();
    }

    /** The rows to paint first: all of them where they are few. */
    List<String> preview() {
        return take(rows.size() <= PREVIEW + SLACK ? rows.size() : PREVIEW);
    }

    /** The next page; they count as seen, so the caller paints them. */
    List<String> next() {
        return take(left() <= PAGE + SLACK ? left() : PAGE);
    }

    private List<String> take(int count) {
        List<String> next = List.copyOf(rows.subList(painted, painted + count));
        painted += count;
        return next;
    }

    /** The digest of an ask's content; empty until everything was painted. */
    Optional<String> digest(AskView ask) {
        return isComplete() ? Optional.of(Digests.sha256Hex(ask.content())) : Optional.empty();
    }
}
