package dev.agentos.domain.contract;

import dev.agentos.domain.secret.SecretReferences;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The rules for single values, shared by the reader (which reports them) and the records (which refuse). */
final class FieldRules {
    static final int MAX_LIST = 256;
    static final int MAX_TEXT = 32_768;

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?");
    private static final Pattern CAPABILITY = Pattern.compile("[A-Za-z][A-Za-z0-9_.:/-]{0,127}");
    private static final Pattern MODEL = Pattern.compile("[a-z][a-z0-9-]{0,31}/[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,159}");
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final Pattern DATA_SCOPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");
    private static final Pattern LOG_FIELD = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final Pattern STEP_ID = Pattern.compile("[a-z][a-z0-9_-]{0,47}");
    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final String LAST_LABEL = "[a-z]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final String PORT =
            "(:(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?";
    private static final Pattern DOMAIN = Pattern.compile("(\\*\\.(" + LABEL + "\\.)+" + LAST_LABEL + "|(" + LABEL
            + "\\.)*" + LAST_LABEL + "|" + OCTET + "(\\." + OCTET + "){3})" + PORT);

    private FieldRules() {}

    static Optional<Fault> name(String value) {
        return matched(
                NAME,
                value,
                "is no contract name",
                "use 1 to 48 of a-z, 0-9 and '-', beginning and ending with a letter or digit");
    }

    static Optional<Fault> capability(String value) {
        if (value.contains("*")) {
            return Fault.of(
                    "bad-value",
                    shown(value) + " is a pattern, and a capability is one tool's exact name",
                    "list each tool that the agent needs");
        }
        return matched(CAPABILITY, value, "is no capability", "write a tool's name, such as \"web.fetch\"");
    }

    static Optional<Fault> model(String value) {
        return matched(
                MODEL,
                value,
                "is no model name",
                "write provider/model, such as \"local/extractive\" or \"ollama/llama3\"");
    }

    static Optional<Fault> namespace(String value) {
        return matched(
                NAMESPACE,
                value,
                "is no memory namespace",
                "use up to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit");
    }

    static Optional<Fault> dataScope(String value) {
        return matched(
                DATA_SCOPE,
                value,
                "is no data scope",
                "use up to 128 letters, digits, '.', '_', ':', '/' and '-', beginning with a letter or digit");
    }

    static Optional<Fault> trustedSource(String value) {
        if (value.startsWith("/")) {
            return value.length() > 1 && value.length() <= 4096 && value.indexOf('\0') < 0 && !value.endsWith("/")
                    ? Optional.empty()
                    : Fault.of(
                            "bad-value",
                            shown(value) + " is no folder to trust",
                            "write an absolute path without a slash at its end, and not the whole machine");
        }
        return capability(value);
    }

    static Optional<Fault> secretName(String value) {
        return SecretReferences.isName(value)
                ? Optional.empty()
                : Fault.of(
                        "bad-value",
                        shown(value) + " is no name of a secret",
                        "use up to 48 of a-z, 0-9, '.', '_' and '-', beginning with a letter; never the value itself");
    }

    static Optional<Fault> logField(String value) {
        return matched(LOG_FIELD, value, "is no field name", "use a-z, 0-9 and '_', such as \"tool_hashes\"");
    }

    static Optional<Fault> stepId(String value) {
        return matched(
                STEP_ID, value, "is no step id", "use up to 48 of a-z, 0-9, '_' and '-', beginning with a letter");
    }

    static Optional<Fault> domain(String value) {
        String next = "write a name such as \"example.org\", \"*.example.org\" or \"example.org:8443\"";
        int scheme = value.indexOf("://");
        if (scheme >= 0) {
            String host = value.substring(scheme + 3).split("[/?#]", 2)[0];
            next = "write the name alone: \"" + cut(host) + "\"";
        }
        if (value.length() > 260) {
            return Fault.of("bad-value", shown(value) + " is too long for a domain", next);
        }
        return matched(DOMAIN, value.toLowerCase(Locale.ROOT), "is no domain", next);
    }

    static Optional<Fault> envName(String value) {
        if (value.toUpperCase(Locale.ROOT).startsWith("AGENTOS_")) {
            return Fault.of(
                    "bad-value",
                    shown(value) + " is reserved: the service sets the variables that begin with AGENTOS_",
                    "choose another name");
        }
        return matched(
                ENV_NAME, value, "is no variable name", "use letters, digits and '_', not beginning with a digit");
    }

    static Optional<Fault> envValue(String value) {
        return line(value, "the value");
    }

    static Optional<Fault> image(String value) {
        return value.isEmpty()
                ? Fault.of(
                        "bad-value", "the image is empty", "name an image, or remove the line for the host's programs")
                : line(value, "the image");
    }

    static Optional<Fault> word(String value) {
        return line(value, "a word of the command");
    }

    static Optional<Fault> command(List<String> words) {
        if (!words.isEmpty() && words.getFirst().isEmpty()) {
            return Fault.of("bad-value", "the command has no program", "begin it with the program to run");
        }
        return words.stream().map(FieldRules::word).flatMap(Optional::stream).findFirst();
    }

    static Optional<Fault> prompt(String value) {
        if (value.codePointCount(0, value.length()) > AgentRuntime.Managed.MAX_PROMPT) {
            return Fault.of(
                    "out-of-range",
                    "the prompt is longer than " + AgentRuntime.Managed.MAX_PROMPT + " characters",
                    "shorten it, or put the material into memory and let the agent retrieve it");
        }
        return withoutNul(value, "the prompt");
    }

    private static Optional<Fault> line(String value, String what) {
        if (value.codePointCount(0, value.length()) > MAX_TEXT) {
            return Fault.of("out-of-range", what + " is longer than " + MAX_TEXT + " characters", "shorten it");
        }
        return withoutNul(value, what);
    }

    private static Optional<Fault> withoutNul(String value, String what) {
        return value.indexOf('\0') < 0
                ? Optional.empty()
                : Fault.of("bad-value", what + " holds a NUL character", "remove it");
    }

    private static Optional<Fault> matched(Pattern pattern, String value, String what, String next) {
        return pattern.matcher(value).matches()
                ? Optional.empty()
                : Fault.of("bad-value", shown(value) + " " + what, next);
    }

    /** A value in quotes, short enough and clean enough for one line of a message. */
    static String shown(String value) {
        return "\"" + cut(value) + "\"";
    }

    static String cut(String value) {
        StringBuilder out = new StringBuilder();
        int[] points = value.codePoints().limit(61).toArray();
        for (int i = 0; i < points.length && i < 60; i++) {
            boolean plain = !Character.isISOControl(points[i])
                    && Character.getType(points[i]) != Character.FORMAT
                    && Character.getType(points[i]) != Character.SURROGATE
                    && Character.getType(points[i]) != Character.LINE_SEPARATOR
                    && Character.getType(points[i]) != Character.PARAGRAPH_SEPARATOR;
            if (plain) {
                out.appendCodePoint(points[i]);
            } else {
                out.append(String.format(Locale.ROOT, "\\u%04x", points[i]));
            }
        }
        return points.length > 60 ? out.append('…').toString() : out.toString();
    }

    static boolean hasControl(String value) {
        return value.chars().anyMatch(Character::isISOControl);
    }

    static void within(String field, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(field + " must be " + min + " to " + max + ", not " + value);
        }
    }

    static void within(String field, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(field + " must be " + min + " to " + max + ", not " + value);
        }
    }

    /** Checks each entry and keeps the first of equal ones, in order. */
    static List<String> distinct(List<String> entries, Function<String, Optional<Fault>> rule) {
        within("the length of a list", entries.size(), 0, MAX_LIST);
        entries.forEach(entry -> Fault.refuse(rule.apply(entry)));
        return entries.stream().distinct().toList();
    }

    /** The same number in its one spelling, so that 1.00 equals 1. */
    static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    static BigDecimal millis(Duration value) {
        return plain(BigDecimal.valueOf(value.toNanos(), 6));
    }
}
