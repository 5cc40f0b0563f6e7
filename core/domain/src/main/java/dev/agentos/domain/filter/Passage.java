package dev.agentos.domain.filter;

import dev.agentos.domain.filter.Reading.How;
import java.util.ArrayList;
import java.util.List;

/**
 * A window of a text in one of its readings: what the learned head judges.
 *
 * @param text normalised; what a sentence vector is made of
 * @param from where it begins in the raw text
 * @param to where it ends there
 * @param place 0 for the only window, 1 for the first of several, 2 for one in the middle, 3 for the last
 * @param tricks how many characters of the whole text were disguised or hidden, by kind
 */
public record Passage(String text, Reading.How how, int from, int to, int place, List<Integer> tricks) {

    /** A tool's whole result of a megabyte has about three thousand. */
    private static final int MOST = 16_384;

    public Passage {
        tricks = List.copyOf(tricks);
    }

    /** How the passage was read, as a word: {@code plain}, {@code base64}, {@code hidden}. */
    public String reading() {
        return how.word();
    }

    /** Every window of every reading of a raw text, in the order of the text, the plain ones first. */
    public static List<Passage> of(String raw) {
        Normalised normalised = Normaliser.normalise(raw);
        List<Integer> tricks =
                List.of(normalised.invisible(), normalised.smuggled(), normalised.disguised(), normalised.marks());
        List<Passage> passages = new ArrayList<>();
        List<Windows.Window> windows = Windows.of(normalised.text());
        for (int i = 0; i < windows.size() && i < MOST; i++) {
            Windows.Window window = windows.get(i);
            passages.add(new Passage(
                    normalised.text().substring(window.from(), window.to()),
                    How.PLAIN,
                    normalised.origin(window.from()),
                    normalised.origin(window.to() - 1) + 1,
                    place(i, windows.size()),
                    tricks));
        }
        for (Reading reading : Readings.of(normalised)) {
            List<Windows.Window> parts = Windows.of(reading.text());
            for (int i = 0; i < parts.size() && passages.size() < 2 * MOST; i++) {
                passages.add(new Passage(
                        reading.text()
                                .substring(parts.get(i).from(), parts.get(i).to()),
                        reading.how(),
                        reading.from(),
                        reading.to(),
                        place(i, parts.size()),
                        tricks));
            }
        }
        return passages;
    }

    private static int place(int i, int count) {
        return count == 1 ? 0 : i == 0 ? 1 : i == count - 1 ? 3 : 2;
    }
}
