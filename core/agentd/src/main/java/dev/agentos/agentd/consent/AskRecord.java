package dev.agentos.agentd.consent;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.GrantOption;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.consent.WaitingTime.Interval;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state document of kind {@code ask}: an ask and what became of it.
 *
 * @param key the idempotency key of the effect that waits for it
 * @param status {@code pending}, {@code allowed}, {@code denied}, {@code expired} or {@code withdrawn}
 * @param scope the scope of an Allow; the reason of a withdrawal
 * @param answeredAt ISO time; empty while it waits
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

    /** How it ended; empty while it waits. */
    public Optional<Resolution> resolution(List<Grant> grants) {
        return switch (status) {
            case PENDING -> Optional.empty();
            case ALLOWED -> Optional.of(new Resolution.Allowed(Scope.of(scope).orElse(Scope.ONCE), grants, by));
            case DENIED -> Optional.of(new Resolution.Denied(by));
            case EXPIRED -> Optional.of(new Resolution.Expired());
            default -> Optional.of(new Resolution.Withdrawn(scope));
        };
    }

    /** When it waited. */
    Interval interval() {
        return new Interval(
                ask.askedAt(), answeredAt.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(answeredAt)));
    }

    /** Reads a document; one of an earlier version lacks what was added since. */
    @SuppressWarnings("unchecked")
    static AskRecord read(Map<String, Object> document) {
        Map<String, Object> ask = new LinkedHashMap<>((Map<String, Object>) document.getOrDefault("ask", Map.of()));
        if (!ask.containsKey("kind")) {
            String tool = String.valueOf(ask.get("tool"));
            ask.put("kind", AskKind.TOOL.name());
            ask.put("verb", AskKind.TOOL.verb());
            ask.put("content_kind", "text");
            ask.put("risk_reason", "");
            ask.put("group", "");
            List<GrantOption> options =
                    GrantOption.usual(tool, String.valueOf(ask.get("target")), String.valueOf(ask.get("grant_target")));
            ask.put(
                    "options",
                    (String.valueOf(ask.get("risk")).equals("HIGH") ? options.subList(0, 1) : options)
                            .stream().map(WireJson::toMap).toList());
        }
        Map<String, Object> copy = new LinkedHashMap<>(document);
        copy.put("ask", ask);
        return WireJson.fromMap(copy, AskRecord.class);
    }
}
