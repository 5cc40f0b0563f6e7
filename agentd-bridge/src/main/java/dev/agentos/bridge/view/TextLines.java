package dev.agentos.bridge.view;

import java.util.List;

/** Texts as lines in tones. */
public final class TextLines {

    private TextLines() {}

    /** A unified diff: what was added, what was removed, and what stands around it. */
    public static List<TextLine> diff(String diff) {
        return diff.lines()
                .map(line -> new TextLine(
                        line.startsWith("+++") || line.startsWith("---") || line.startsWith("@@")
                                ? Tone.MUTED
                                : line.startsWith("+") ? Tone.OK : line.startsWith("-") ? Tone.BAD : Tone.PLAIN,
                        line))
                .toList();
    }

    /** Lines of one tone. */
    public static List<TextLine> of(Tone tone, String text) {
        return text.lines().map(line -> new TextLine(tone, line)).toList();
    }
}
