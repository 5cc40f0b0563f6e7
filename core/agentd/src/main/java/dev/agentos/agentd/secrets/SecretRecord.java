package dev.agentos.agentd.secrets;

import java.util.List;

/**
 * What is known of a secret beside its value, and journalled.
 *
 * @param hosts the only hosts that it may be sent to; empty: those that the using contract's egress names
 * @param version counts how often it was set, from 1
 */
public record SecretRecord(String name, List<String> hosts, long version, String setAt, String by) {

    static final String KIND = "secret";

    public SecretRecord {
        hosts = List.copyOf(hosts);
    }
}
