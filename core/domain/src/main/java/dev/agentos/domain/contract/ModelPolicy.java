package dev.agentos.domain.contract;

import java.util.List;

/**
 * Which models the agent may call.
 *
 * @param allow names as {@code provider/model}, in order of preference; empty: no model at all
 * @param maxContextTokens a wall, not a hint: a longer request is refused; 1 to 10,000,000
 * @param placement where those models may run
 */
public record ModelPolicy(List<String> allow, int maxContextTokens, List<Placement> placement) {
    static final int MAX_CONTEXT = 10_000_000;

    /** The built-in model, which needs no network and no weights. */
    public static final ModelPolicy DEFAULT =
            new ModelPolicy(List.of("local/extractive"), 16_000, List.of(Placement.ON_PREM, Placement.EDGE));

    public ModelPolicy {
        allow = FieldRules.distinct(allow, FieldRules::model);
        FieldRules.within("modelPolicy.max_context_tokens", maxContextTokens, 1, MAX_CONTEXT);
        placement = placement.stream().distinct().toList();
    }
}
