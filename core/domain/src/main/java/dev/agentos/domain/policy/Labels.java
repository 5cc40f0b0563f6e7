package dev.agentos.domain.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The labels of one value. They only ever rise: what is made of several values carries the labels of all of them.
 *
 * @param untrusted whether anybody but the person and the person's own records may have had a hand in it
 * @param secret whether it must not leave by a tool that does not say it takes secrets
 */
public record Labels(boolean untrusted, boolean secret) {

    public static final Labels TRUSTED = new Labels(false, false);
    public static final Labels UNTRUSTED = new Labels(true, false);
    public static final Labels SECRET = new Labels(false, true);

    /** The labels of a value that was made of a value with these and one with the others. */
    public Labels and(Labels other) {
        return new Labels(untrusted || other.untrusted, secret || other.secret);
    }

    /** The labels of a value that was made of all of them. */
    public static Labels all(Collection<Labels> parts) {
        return parts.stream().reduce(TRUSTED, Labels::and);
    }

    /** The same as words: trusted or untrusted, and secret where it is. */
    public List<Label> asList() {
        List<Label> labels = new ArrayList<>();
        labels.add(untrusted ? Label.UNTRUSTED : Label.TRUSTED);
        if (secret) {
            labels.add(Label.SECRET);
        }
        return List.copyOf(labels);
    }

    /** The words on the wire and in the audit trail. */
    public List<String> words() {
        return asList().stream().map(Label::word).toList();
    }
}
