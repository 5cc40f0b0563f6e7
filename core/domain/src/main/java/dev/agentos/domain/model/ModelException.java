package dev.agentos.domain.model;

/** A call of a model that did not end well, with what to do about it. */
public final class ModelException extends Exception {

    /** What went wrong, which decides whether another model may be tried and what a client is told. */
    public enum Kind {
        /** The request itself is no good. */
        BAD_REQUEST("model_request", false),
        /** Contract or policy do not allow it. */
        REFUSED("model_refused", false),
        /** There is no such model. */
        NOT_FOUND("model_not_found", false),
        /** The model cannot do what is asked. */
        CAPABILITY("model_capability", true),
        /** The prompt is longer than the model or the contract takes. */
        OVERFLOW("model_context_overflow", true),
        /** A budget is used up. */
        BUDGET("budget_exceeded", false),
        /** The provider does not answer, or answered that it cannot now. */
        UNAVAILABLE("model_unavailable", true),
        /** The provider asks to come back later. */
        RATE_LIMITED("model_rate_limited", true),
        /** The provider was silent for too long. */
        TIMEOUT("model_timeout", true),
        /** The answer ended in the middle. */
        CUT("model_stream_cut", true),
        /** What the provider sent is not what its wire says. */
        MALFORMED("model_malformed", true),
        /** Who asked does not wait for the answer any more. */
        GONE("client_gone", false),
        /** The provider does not accept our key. */
        KEY("model_key", true);

        private final String code;
        private final boolean elsewhere;

        Kind(String code, boolean elsewhere) {
            this.code = code;
            this.elsewhere = elsewhere;
        }

        /** The stable code in events and answers. */
        public String code() {
            return code;
        }

        /** Whether another model may do better. */
        public boolean elsewhere() {
            return elsewhere;
        }
    }

    private final Kind kind;
    private final String next;

    /**
     * @param message what happened, without secrets
     * @param next what a person can do
     */
    public ModelException(Kind kind, String message, String next) {
        super(message);
        this.kind = kind;
        this.next = next;
    }

    public ModelException(Kind kind, String message, String next, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.next = next;
    }

    public Kind kind() {
        return kind;
    }

    public String next() {
        return next;
    }

    /** The message; never null. */
    public String words() {
        return String.valueOf(getMessage());
    }
}
