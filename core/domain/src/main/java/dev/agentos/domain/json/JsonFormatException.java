package dev.agentos.domain.json;

/** A text that is not the JSON that {@link Json} accepts. */
public final class JsonFormatException extends Exception {
    private final int offset;

    public JsonFormatException(String message, int offset) {
        super(message + " at offset " + offset);
        this.offset = offset;
    }

    /** Index of the offending UTF-16 unit in the text, from 0; the length of the text where it ended too soon. */
    public int offset() {
        return offset;
    }
}
