package dev.agentos.domain.contract;

import java.util.List;

/**
 * What needs a person's yes, and which data the agent may see.
 *
 * @param consentFor capabilities that ask first. It never grants: an entry that is not a capability has no effect
 * @param dataScopes labels of the data that the agent may read; empty: only unlabelled data
 */
public record Security(List<String> consentFor, List<String> dataScopes) {
    /** Asks for nothing and sees no labelled data. */
    public static final Security DEFAULT = new Security(List.of(), List.of());

    public Security {
        consentFor = FieldRules.distinct(consentFor, FieldRules::capability);
        dataScopes = FieldRules.distinct(dataScopes, FieldRules::dataScope);
    }
}
