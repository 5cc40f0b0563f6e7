package dev.agentos.bridge.wire;

/** Records about the operator's mail server. The password is a secret and in none of them. */
public final class MailWire {

    private MailWire() {}

    /**
     * Sets the mail server.
     *
     * @param security {@code starttls}, {@code tls} or {@code none}
     * @param user whom to log in as; empty for a server that asks for nobody
     * @param secret name of the secret with the password; empty as {@code user} is
     */
    public record MailServerValue(String host, int port, String security, String from, String user, String secret) {}

    /**
     * The mail server, as it is set.
     *
     * @param set false when there is none; the rest is empty then
     * @param ready what keeps a message from being sent, as a sentence; empty when nothing is known to
     */
    public record MailServerView(
            boolean set,
            String host,
            int port,
            String security,
            String from,
            String user,
            String secret,
            String ready) {}
}
