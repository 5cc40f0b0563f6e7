package dev.agentos.domain.language;

import java.util.Locale;

/**
 * One argument of a command.
 *
 * @param option the option's name with its dashes; empty for a positional argument
 * @param concept for a flag: the concept whose presence switches it on
 */
public record Parameter(Kind kind, String option, boolean required, boolean many, String concept) {

    /**
     * From the catalogue's notation: {@code AGENT!} is required, {@code AGENT*} repeats, {@code --class=CLASS} is an
     * option, {@code --all@all} a flag.
     */
    static Parameter parse(String text) {
        if (text.startsWith("--") && text.contains("@")) {
            int at = text.indexOf('@');
            return new Parameter(Kind.FLAG, text.substring(0, at), false, false, text.substring(at + 1));
        }
        boolean required = text.endsWith("!");
        boolean many = text.endsWith("*");
        String body = required || many ? text.substring(0, text.length() - 1) : text;
        int equals = body.indexOf('=');
        String option = equals < 0 ? "" : body.substring(0, equals);
        return new Parameter(
                Kind.valueOf(body.substring(equals + 1).toUpperCase(Locale.ROOT)), option, required, many, "");
    }

    boolean isOption() {
        return !option.isEmpty();
    }
}
