package dev.agentos.domain.mail;

import java.util.regex.Pattern;

/**
 * One address as {@code name@host}, by the plain form of RFC 5321: no display name, no quotes, no comment, no route. So
 * one text is one recipient, and none can bring a header or a second recipient with it.
 */
public record MailAddress(String local, String host) {

    private static final Pattern LOCAL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    /** Bytes of a local part, and of a host name. */
    private static final int MAX_LOCAL = 64;

    private static final int MAX_HOST = 253;

    public MailAddress {
        if (local.length() > MAX_LOCAL || !LOCAL.matcher(local).matches() || !isHost(host)) {
            throw new IllegalArgumentException("no mail address");
        }
    }

    /** What became of a text. */
    public sealed interface Outcome {
        record Address(MailAddress address) implements Outcome {}

        /** {@code reason} continues a sentence that begins with the text. */
        record Invalid(String reason) implements Outcome {}
    }

    /** Reads one address. */
    public static Outcome parse(String text) {
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            return new Outcome.Invalid("holds a line break or another control character");
        }
        if (text.chars().anyMatch(c -> c > 0x7e)) {
            return new Outcome.Invalid("has a character that is not ASCII; write the host in its xn-- form");
        }
        int at = text.lastIndexOf('@');
        if (at < 1 || at == text.length() - 1) {
            return new Outcome.Invalid("is not name@host");
        }
        try {
            return new Outcome.Address(new MailAddress(text.substring(0, at), text.substring(at + 1)));
        } catch (IllegalArgumentException e) {
            return new Outcome.Invalid("is not one plain name@host: no display name, quotes or list");
        }
    }

    /** Whether a text is a host name of DNS labels. */
    public static boolean isHost(String text) {
        if (text.length() > MAX_HOST) {
            return false;
        }
        for (String label : text.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return local + "@" + host;
    }
}
