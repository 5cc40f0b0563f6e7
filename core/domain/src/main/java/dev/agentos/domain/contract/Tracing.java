package dev.agentos.domain.contract;

/** Where the agent's spans go. */
public enum Tracing implements Word {
    /** Nowhere: the audit trail is all there is. The default. */
    NONE("none"),
    /** To the OpenTelemetry exporter that the service is configured with. */
    OPENTELEMETRY("opentelemetry");

    private final String word;

    Tracing(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
