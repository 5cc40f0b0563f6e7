package dev.agentos.domain.secret;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a secret is named where its value must not stand: <code>${secret.NAME}</code>. The gateway puts the value in, and
 * only where a tool's descriptor says that a credential belongs.
 */
public final class SecretReferences {

    /** A name: 1 to 48 of a-z, 0-9, '.', '_' and '-', beginning with a letter. */
    public static final String NAME = "[a-z][a-z0-9._-]{0,47}";

    private static final Pattern NAMES = Pattern.compile(NAME);
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{secret\\.(" + NAME + ")}");

    private SecretReferences() {}

    public static boolean isName(String text) {
        return NAMES.matcher(text).matches();
    }

    /** The reference to a secret, as it is written in a plan. */
    public static String to(String name) {
        return "${secret." + name + "}";
    }

    /** The names that a text refers to, in order of first use. */
    public static Set<String> in(String text) {
        Set<String> names = new LinkedHashSet<>();
        Matcher matcher = REFERENCE.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** The text with every reference replaced; what is put in is never searched for further references. */
    public static String replace(String text, UnaryOperator<String> valueOf) {
        StringBuilder out = new StringBuilder();
        Matcher matcher = REFERENCE.matcher(text);
        int from = 0;
        while (matcher.find()) {
            out.append(text, from, matcher.start()).append(valueOf.apply(matcher.group(1)));
            from = matcher.end();
        }
        return out.append(text, from, text.length()).toString();
    }
}
