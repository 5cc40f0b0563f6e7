package dev.agentos.domain.egress;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a connection is to go, in the one spelling that is compared, asked about, looked up and recorded. Whatever two
 * programs could read differently is no destination.
 */
public sealed interface Destination {

    /** The longest host that is looked at; a DNS name has at most 253 characters. */
    int LONGEST = 255;

    /** A name in lower case, in ASCII, without a trailing dot. */
    record Name(String ascii) implements Destination {
        @Override
        public String host() {
            return ascii;
        }

        @Override
        public boolean isLocalhost() {
            return ascii.equals("localhost") || ascii.endsWith(".localhost");
        }
    }

    /** An address that was written instead of a name. */
    record Address(IpAddress ip) implements Destination {
        @Override
        public String host() {
            return ip.toString();
        }
    }

    /** How the host is written in events, grants and headers; an IPv6 address without brackets. */
    String host();

    /** Whether it is a name that means the local machine by definition (RFC 6761). */
    default boolean isLocalhost() {
        return false;
    }

    /** Host and port as one text, with brackets around an IPv6 address. */
    default String withPort(int port) {
        return (host().indexOf(':') >= 0 ? "[" + host() + "]" : host()) + ":" + port;
    }

    /** What reading a host gave. */
    sealed interface Read {
        record Ok(Destination destination) implements Read {}

        /** It is no host; {@code why} completes "the host ... ". */
        record Malformed(String why) implements Read {}
    }

    /**
     * Reads a host as an agent wrote it, without a port; an IPv6 address is in brackets.
     *
     * <p>Case, one trailing dot, international spelling and the number forms of IPv4 ({@code 0x7f.1}, {@code 017700000001},
     * {@code 2130706433}) are brought into one spelling. Percent signs, user names, zones, control characters and empty
     * labels are refused.
     */
    static Read read(String raw) {
        if (raw.isEmpty()) {
            return new Read.Malformed("is empty");
        }
        if (raw.length() > LONGEST) {
            return new Read.Malformed("is longer than " + LONGEST + " characters");
        }
        if (raw.startsWith("[")) {
            return bracketed(raw);
        }
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            switch (c) {
                case '%' -> {
                    return new Read.Malformed("holds a percent sign; write the characters themselves");
                }
                case '@' -> {
                    return new Read.Malformed("holds a user name; send credentials in a header");
                }
                case ':' -> {
                    return new Read.Malformed("holds a colon; an IPv6 address needs brackets");
                }
                default -> {
                    if (c <= ' ' || c == 0x7F) {
                        return new Read.Malformed("holds a blank or a control character");
                    }
                }
            }
        }
        Optional<String> ascii = ascii(raw);
        if (ascii.isEmpty()) {
            return new Read.Malformed("is not a name that DNS knows");
        }
        String name = ascii.get();
        if (HostLabels.looksNumeric(name)) {
            return IpAddress.parseLenient(name)
                    .<Read>map(ip -> new Read.Ok(new Address(ip)))
                    .orElseGet(() -> new Read.Malformed("ends in a number and is no IPv4 address"));
        }
        return HostLabels.NAME.matcher(name).matches() && name.length() <= 253
                ? new Read.Ok(new Name(name))
                : new Read.Malformed("is not a name that DNS knows");
    }

    private static Read bracketed(String raw) {
        if (!raw.endsWith("]")) {
            return new Read.Malformed("has an open bracket");
        }
        String inside = raw.substring(1, raw.length() - 1);
        if (inside.indexOf('%') >= 0) {
            return new Read.Malformed("has a zone; addresses of the local link are not reached");
        }
        return IpAddress.parseV6(inside)
                .<Read>map(ip -> new Read.Ok(new Address(ip)))
                .orElseGet(() -> new Read.Malformed("is no IPv6 address"));
    }

    /** Lower case ASCII without a trailing dot. International labels are folded (NFKC) and encoded. */
    private static Optional<String> ascii(String raw) {
        String folded = Normalizer.normalize(raw, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replace('\u3002', '.')
                .replace('\uFF61', '.');
        folded = Normalizer.normalize(folded, Normalizer.Form.NFKC);
        if (folded.endsWith(".")) {
            folded = folded.substring(0, folded.length() - 1);
        }
        List<String> labels = new ArrayList<>();
        for (String label : folded.split("\\.", -1)) {
            if (label.chars().allMatch(c -> c < 0x80)) {
                labels.add(label);
                continue;
            }
            if (label.startsWith("xn--") || !label.codePoints().allMatch(HostLabels::mayStandInAName)) {
                return Optional.empty();
            }
            Optional<String> encoded = Punycode.encode(label);
            if (encoded.isEmpty()) {
                return Optional.empty();
            }
            labels.add("xn--" + encoded.get());
        }
        return Optional.of(String.join(".", labels));
    }
}
