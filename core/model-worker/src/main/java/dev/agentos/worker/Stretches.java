package dev.agentos.worker;

import dev.agentos.worker.GgufModel.Pieces;
import java.io.IOException;
import java.util.Comparator;
import java.util.Set;
import java.util.function.ToIntFunction;

/** An answer that is said some tokens at a time: a stretch is asked for as a whole and added when it is there. */
final class Stretches {

    /** What stands for the beginning of a character whose rest is missing. */
    private static final String CUT = "\uFFFD";

    /**
     * What was said.
     *
     * @param tokens how many; the mark of the end is none
     * @param stopped whether it was cancelled before its end
     */
    record Said(String text, int tokens, boolean stopped) {}

    private final int most;
    private final Set<String> ends;
    private final ToIntFunction<String> counts;
    private final Pieces pieces;
    private final StringBuilder text = new StringBuilder();
    private int tokens;
    private boolean ended;

    /**
     * Nothing is said yet.
     *
     * @param most tokens of the whole answer
     * @param ends the marks by which a model ends an answer
     * @param counts the tokens of a text
     */
    Stretches(int most, Set<String> ends, ToIntFunction<String> counts, Pieces pieces) {
        this.most = most;
        this.ends = ends;
        this.counts = counts;
        this.pieces = pieces;
    }

    /** Tokens that it may still say; none when it is over. */
    int left() {
        return ended ? 0 : most - tokens;
    }

    /** What was said so far. */
    String text() {
        return text.toString();
    }

    Said said() {
        return new Said(text.toString(), tokens, left() > 0);
    }

    /**
     * Adds a stretch and sends it on. Without a word in it the answer is over.
     *
     * @param asked tokens that were asked for: so many it has, unless the model ended it
     * @throws IOException what {@code pieces} throws
     */
    void add(String stretch, int asked) throws IOException {
        int end = ends.stream()
                .filter(stretch::endsWith)
                .map(String::length)
                .max(Comparator.naturalOrder())
                .orElse(0);
        String piece = stretch.substring(0, stretch.length() - end);
        boolean cut = end == 0 && piece.endsWith(CUT);
        if (cut && piece.length() > CUT.length()) {
            // The next stretch says the whole character.
            piece = piece.substring(0, piece.length() - CUT.length());
        }
        ended = end > 0 || piece.isEmpty();
        if (!piece.isEmpty()) {
            tokens += end > 0 || cut ? Math.clamp(counts.applyAsInt(piece), 1, asked) : asked;
            text.append(piece);
            pieces.piece(piece);
        }
    }
}
