package dev.agentos.domain.mail;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The server through which the operator lets agents send.
 *
 * @param from the sender of every message
 * @param user whom to log in as; empty for a server that asks for nobody
 * @param secret name of the secret that holds the password; empty as {@code user} is
 * @param mark 128 random bits in hexadecimal, which make the identities of messages this service's own
 */
public record MailServer(
        String host, int port, Security security, String from, String user, String secret, String mark) {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1");

    /** How the connection is protected. */
    public enum Security {
        /** Not at all. */
        NONE,
        /** In the clear at first, then TLS before anything else is said; refused where the server has none. */
        STARTTLS,
        /** TLS from the first byte. */
        TLS;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Security> of(String word) {
            for (Security each : values()) {
                if (each.word().equals(word)) {
                    return Optional.of(each);
                }
            }
            return Optional.empty();
        }
    }

    public MailServer {
        Optional<String> problem = problem(host, port, security, from, user, secret);
        if (problem.isPresent()) {
            throw new IllegalArgumentException(problem.get());
        }
    }

    /** What is wrong with these settings, as a sentence; empty when they are right. */
    public static Optional<String> problem(
            String host, int port, Security security, String from, String user, String secret) {
        if (!MailAddress.isHost(host)) {
            return Optional.of("the host is a name such as smtp.example.org");
        }
        if (port < 1 || port > 65_535) {
            return Optional.of("the port is a number from 1 to 65535");
        }
        if (MailAddress.parse(from) instanceof MailAddress.Outcome.Invalid invalid) {
            return Optional.of("the sender " + invalid.reason());
        }
        if (user.isEmpty() != secret.isEmpty()) {
            return Optional.of("a user and the secret with its password come together");
        }
        if (user.length() > 320 || user.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            return Optional.of("the user is one line of at most 320 characters");
        }
        if (security == Security.NONE && !user.isEmpty() && !LOOPBACK.contains(host)) {
            return Optional.of("a password is not sent in the clear: use starttls or tls");
        }
        return Optional.empty();
    }

    /** For people and records. */
    public String words() {
        return host + ":" + port + " (" + security.word() + ")";
    }
}
