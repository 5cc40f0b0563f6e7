package dev.agentos.domain.policy;

import dev.agentos.domain.consent.Consent.Grant;
import java.util.Optional;

/** The answer to one tool call. Each carries its reason; a refusal names the contract line and what to change. */
public sealed interface Decision {

    String code();

    String reason();

    String contractLine();

    /** The call may happen now. */
    record Allowed(String code, String reason, String contractLine, Optional<Grant> grant) implements Decision {}

    /** A person is asked first. */
    record NeedsConsent(String code, String reason, String contractLine) implements Decision {}

    /** The call does not happen. */
    record Refused(String code, String reason, String contractLine, String next) implements Decision {}

    /** The word on the wire and in the audit trail. */
    default String word() {
        return switch (this) {
            case Allowed _ -> "allowed";
            case NeedsConsent _ -> "needs-consent";
            case Refused _ -> "refused";
        };
    }
}
