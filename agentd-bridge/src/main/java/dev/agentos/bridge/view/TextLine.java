package dev.agentos.bridge.view;

/** A line of a page in one tone. */
public record TextLine(Tone tone, String text) {
    public static TextLine of(String text) {
        return new TextLine(Tone.PLAIN, text);
    }

    public static TextLine muted(String text) {
        return new TextLine(Tone.MUTED, text);
    }
}
