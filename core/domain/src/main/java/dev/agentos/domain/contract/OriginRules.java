package dev.agentos.domain.contract;

import java.util.List;

/**
 * What the contract says about where the values of a call come from.
 *
 * @param trustedSources tools, and absolute folders, whose results are as good as the person's own words
 */
public record OriginRules(CheckOrigins check, OnTainted onTainted, List<String> trustedSources) {
    /** Destinations are looked at, a person is asked about doubtful ones, no source is trusted. */
    public static final OriginRules DEFAULT = new OriginRules(CheckOrigins.DESTINATIONS, OnTainted.ASK, List.of());

    public OriginRules {
        trustedSources = FieldRules.distinct(trustedSources, FieldRules::trustedSource);
    }
}
