package dev.agentos.agentd.mail;

/** What became of a message. */
public sealed interface Delivery {

    /** The server took it. */
    record Accepted(String reply) implements Delivery {}

    /**
     * It was not taken, for certain: the server said no, or was left before the message was whole.
     *
     * @param code {@code mail.unreachable}, {@code mail.login}, {@code mail.tls}, {@code mail.recipient} or
     *     {@code mail.refused}
     */
    record NotSent(String code, String reason) implements Delivery {}

    /** The whole message was given over, and no answer came back: it may be on its way or not. */
    record Unknown(String reason) implements Delivery {}
}
