package dev.agentos.domain.filter;

import java.util.Locale;

/**
 * What a part of a text says when it is decoded, or what is said in a part that people do not see.
 *
 * @param text normalised
 * @param from where the part begins in the raw text
 * @param to where it ends there
 */
record Reading(How how, String text, int from, int to) {

    /** How it was read. */
    enum How {
        PLAIN,
        BASE64,
        HEX,
        PERCENT,
        ENTITIES,
        ESCAPES,
        ROT13,
        REVERSED,
        SPACED,
        LEET,
        HIDDEN,
        LINK;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
