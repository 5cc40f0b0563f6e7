package dev.agentos.domain.catalog;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version: three numbers. Later ones are greater. */
public record EntryVersion(int major, int minor, int patch) implements Comparable<EntryVersion> {

    private static final Pattern FORM = Pattern.compile("(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})");

    private static final Comparator<EntryVersion> ORDER = Comparator.comparingInt(EntryVersion::major)
            .thenComparingInt(EntryVersion::minor)
            .thenComparingInt(EntryVersion::patch);

    /** The version of a text such as {@code 1.4.0}; empty for any other text. */
    public static Optional<EntryVersion> of(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new EntryVersion(
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    @Override
    public int compareTo(EntryVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
