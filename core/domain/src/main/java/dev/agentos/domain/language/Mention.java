package dev.agentos.domain.language;

/**
 * Something that a sentence names.
 *
 * @param value as a command takes it
 * @param from index of its first character in the sentence
 * @param to index after its last
 * @param known whether it exists, as far as is known
 */
public record Mention(Kind kind, String value, int from, int to, boolean known) {

    boolean overlaps(Mention other) {
        return from < other.to && other.from < to;
    }
}
