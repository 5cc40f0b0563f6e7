package dev.agentos.agentd.consent;

import dev.agentos.domain.consent.Consent.Ask;

/**
 * The state document of kind {@code ask}: an ask and what became of it.
 *
 * @param key the idempotency key of the effect that waits for it
 * @param status {@code pending}, {@code allowed}, {@code denied}, {@code expired} or {@code withdrawn}
 */
public record AskRecord(
        Ask ask, String key, String contract, String status, String by, String scope, String answeredAt) {

    public static final String KIND = "ask";
    public static final String PENDING = "pending";
    public static final String ALLOWED = "allowed";
    public static final String DENIED = "denied";
    public static final String EXPIRED = "expired";
    public static final String WITHDRAWN = "withdrawn";

    public boolean isPending() {
        return status.equals(PENDING);
    }

    AskRecord closed(String how, String who, String extent, String at) {
        return new AskRecord(ask, key, contract, how, who, extent, at);
    }
}
