package dev.agentos.domain.egress;

import dev.agentos.domain.consent.Consent.Grant;
import java.util.List;
import java.util.Optional;

/** The answer to one wish to connect. Each carries its reason; a refusal names the contract line and what to change. */
public sealed interface EgressDecision {

    String code();

    String reason();

    String contractLine();

    /**
     * The connection may be made to one of these addresses, and to no other.
     *
     * @param pinned never empty; in the order of the resolver
     * @param tlsOnly whether a tunnel may carry nothing but TLS, because the contract names no port of its own
     */
    record Allowed(
            String code,
            String reason,
            String contractLine,
            List<IpAddress> pinned,
            boolean tlsOnly,
            Optional<Grant> grant)
            implements EgressDecision {
        public Allowed {
            pinned = List.copyOf(pinned);
            if (pinned.isEmpty()) {
                throw new IllegalArgumentException("an allowed connection has an address");
            }
        }
    }

    /** A person must answer first. */
    record NeedsConsent(String code, String reason, String contractLine) implements EgressDecision {}

    /** The connection must not be made. */
    record Refused(String code, String reason, String contractLine, String next) implements EgressDecision {}

    /** The word of the decision on the wire. */
    default String word() {
        return switch (this) {
            case Allowed _ -> "allowed";
            case NeedsConsent _ -> "asks";
            case Refused _ -> "refused";
        };
    }
}
