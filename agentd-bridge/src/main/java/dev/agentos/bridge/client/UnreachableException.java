package dev.agentos.bridge.client;

/** agentd gave no answer: there is none, it went away, or it did not answer in time. */
public final class UnreachableException extends RuntimeException {

    private final String place;
    private final String next;

    public UnreachableException(String message, String place, String next) {
        super(message);
        this.place = place;
        this.next = next;
    }

    public UnreachableException(String message, String place, String next, Throwable cause) {
        super(message, cause);
        this.place = place;
        this.next = next;
    }

    /** The code that every face shows for it. */
    public String code() {
        return "service.unreachable";
    }

    public String place() {
        return place;
    }

    public String next() {
        return next;
    }
}
