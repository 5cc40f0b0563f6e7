package dev.agentos.domain.policy;

import java.util.Locale;
import java.util.Optional;

/**
 * A word on data: where it came from, or who may see it. Trusted is what the person wrote or a reader of the person's
 * own records gave; untrusted is what anybody else may have written; secret is what must not leave by a tool that does
 * not say it takes secrets.
 */
public enum Label {
    TRUSTED,
    UNTRUSTED,
    SECRET;

    /** The word in manifests, on the wire and in the audit trail. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Label> of(String word) {
        for (Label label : values()) {
            if (label.word().equals(word)) {
                return Optional.of(label);
            }
        }
        return Optional.empty();
    }
}
