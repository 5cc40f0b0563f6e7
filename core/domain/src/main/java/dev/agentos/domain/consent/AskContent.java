package dev.agentos.domain.consent;

/** What would be written, sent or done, in full. Allow needs all of it to have been on the screen. */
public sealed interface AskContent {

    /** More than this cannot be judged by a person and is refused when it is asked, in characters. */
    int LIMIT = 1 << 20;

    /** Nothing beyond title and facts. */
    record None() implements AskContent {}

    /** Text as it would be written or sent. */
    record Text(String text) implements AskContent {}

    /** A unified diff of what would change. */
    record Diff(String text) implements AskContent {}

    /**
     * Bytes that are no text, named by their digest.
     *
     * @param sha256 in hexadecimal
     * @param preview what can be said about them, for example a hex dump of their beginning
     */
    record Bytes(String sha256, long size, String preview) implements AskContent {}

    /** The word on the wire. */
    default String word() {
        return switch (this) {
            case None _ -> "none";
            case Text _ -> "text";
            case Diff _ -> "diff";
            case Bytes _ -> "bytes";
        };
    }

    /** What a person reads. Not sanitised yet. */
    default String readable() {
        return switch (this) {
            case None _ -> "";
            case Text text -> text.text();
            case Diff diff -> diff.text();
            case Bytes bytes ->
                bytes.size() + " bytes, no text\nsha256 " + bytes.sha256()
                        + (bytes.preview().isEmpty() ? "" : "\n" + bytes.preview());
        };
    }
}
