package dev.agentos.domain.egress;

import java.util.regex.Pattern;

/** What the labels of a name are made of. */
final class HostLabels {
    private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");

    /** A name in its one spelling. */
    static final Pattern NAME = Pattern.compile("(" + LABEL + "\\.)*" + LABEL);

    private HostLabels() {}

    /** Whether a program may read the name as an IPv4 address: its last label is a number (WHATWG URL, section 3.5). */
    static boolean looksNumeric(String name) {
        return NUMBER.matcher(name.substring(name.lastIndexOf('.') + 1)).matches();
    }

    /** Letters, their marks, digits and the hyphen; upper case is gone by then. */
    static boolean mayStandInAName(int point) {
        return switch (Character.getType(point)) {
            case Character.LOWERCASE_LETTER,
                    Character.OTHER_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER -> true;
            default -> point == '-';
        };
    }
}
