package dev.agentos.domain.contract;

import java.util.List;

/**
 * What needs a person's yes, which data the agent may see, where the values of its calls must come from, and which
 * secrets its tools may use for it.
 *
 * @param consentFor capabilities that ask first. It never grants: an entry that is not a capability has no effect
 * @param dataScopes labels of the data that the agent may read; empty: only unlabelled data
 * @param secrets names of secrets that the gateway may put into its calls; the agent itself never sees a value
 */
public record Security(List<String> consentFor, List<String> dataScopes, OriginRules origins, List<String> secrets) {
    /**
     * The word of {@code consent_for} that makes a connection to an undeclared place wait for a person instead of being
     * refused. It names no tool, so it needs no capability; what it lets happen is each time a person's grant.
     */
    public static final String NET_CONNECT = "net.connect";

    /** Asks for nothing and sees no labelled data. */
    public static final Security DEFAULT = new Security(List.of(), List.of());

    public Security {
        consentFor = FieldRules.distinct(consentFor, FieldRules::capability);
        dataScopes = FieldRules.distinct(dataScopes, FieldRules::dataScope);
        secrets = FieldRules.distinct(secrets, FieldRules::secretName);
    }

    /** With the usual rules of origin, and without any secret. */
    public Security(List<String> consentFor, List<String> dataScopes) {
        this(consentFor, dataScopes, OriginRules.DEFAULT, List.of());
    }
}
