package dev.agentos.bridge.wire;

import java.util.List;

/** Records about secrets. A value is in one request and in no answer. */
public final class SecretWire {

    private SecretWire() {}

    /**
     * Sets or replaces a secret.
     *
     * @param hosts the only hosts that it may be sent to; empty: those that the using contract's egress names
     */
    public record SecretValue(String name, String value, List<String> hosts) {
        public SecretValue {
            hosts = List.copyOf(hosts);
        }

        @Override
        public String toString() {
            return "SecretValue[name=" + name + ", value=(not shown), hosts=" + hosts + "]";
        }
    }

    /**
     * A secret without its value.
     *
     * @param version how often it was set
     * @param agents agents whose contract names it, those that are over left out
     * @param uses how often it was put into a call, as far as the newest 500 records of uses tell
     * @param lastUsed when that was last, or empty
     */
    public record SecretView(
            String name,
            List<String> hosts,
            long version,
            String setAt,
            String by,
            List<String> agents,
            long uses,
            String lastUsed) {
        public SecretView {
            hosts = List.copyOf(hosts);
            agents = List.copyOf(agents);
        }
    }

    /** Every secret, and how they are kept. */
    public record Secrets(String mechanism, String protection, List<SecretView> secrets) {
        public Secrets {
            secrets = List.copyOf(secrets);
        }
    }
}
