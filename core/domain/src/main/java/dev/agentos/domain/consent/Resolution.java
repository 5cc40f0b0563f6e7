package dev.agentos.domain.consent;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import java.util.List;

/** How an ask ended. Only {@link Allowed} lets the act happen, and only once. */
public sealed interface Resolution {

    /** The word in the audit trail and on the wire. */
    String word();

    /** Who ended it, and where. */
    String by();

    /** A person allowed it, or gave a grant meanwhile that covers it. */
    record Allowed(Scope scope, List<Grant> grants, String by) implements Resolution {
        public Allowed {
            grants = List.copyOf(grants);
        }

        @Override
        public String word() {
            return "allowed";
        }
    }

    /** A person said no. No rule is made. */
    record Denied(String by) implements Resolution {
        @Override
        public String word() {
            return "denied";
        }
    }

    /** Nobody answered in time: refused once, no rule is made. */
    record Expired() implements Resolution {
        @Override
        public String word() {
            return "expired";
        }

        @Override
        public String by() {
            return "agentd";
        }
    }

    /** The run or the agent is over. */
    record Withdrawn(String why) implements Resolution {
        @Override
        public String word() {
            return "withdrawn";
        }

        @Override
        public String by() {
            return "agentd";
        }
    }

    /** It was never put to a person: nobody is connected, or the agent asked too much, or too much to read. */
    record Refused(String code, String reason, String next) implements Resolution {
        @Override
        public String word() {
            return "refused";
        }

        @Override
        public String by() {
            return "agentd";
        }
    }
}
