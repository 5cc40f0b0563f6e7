package dev.agentos.domain.model;

import dev.agentos.domain.contract.Placement;
import dev.agentos.domain.model.ModelRequest.Ability;
import java.math.BigDecimal;
import java.util.Set;

/**
 * A model that can be called now.
 *
 * @param name as {@code provider/model}
 * @param contextTokens the longest prompt and answer together; 0 where nobody knows
 * @param price what it costs
 * @param digest SHA-256 of local weights in hex; empty for a model that runs elsewhere
 */
public record ModelCard(
        String name, Placement placement, int contextTokens, Set<Ability> abilities, Price price, String digest) {

    /** US dollars for a million tokens. */
    public record Price(BigDecimal prompt, BigDecimal completion) {
        public static final Price FREE = new Price(BigDecimal.ZERO, BigDecimal.ZERO);

        private static final BigDecimal MILLION = new BigDecimal(1_000_000);

        /** What a call cost. */
        public BigDecimal of(ModelUsage usage) {
            return prompt.multiply(BigDecimal.valueOf(usage.prompt()))
                    .add(completion.multiply(BigDecimal.valueOf(usage.completion())))
                    .divide(MILLION, 9, java.math.RoundingMode.CEILING);
        }
    }

    public ModelCard {
        abilities = Set.copyOf(abilities);
        if (name.indexOf('/') < 1) {
            throw new IllegalArgumentException("a model is provider/model, not " + name);
        }
    }

    public String provider() {
        return name.substring(0, name.indexOf('/'));
    }

    /** The name at its provider. */
    public String nameThere() {
        return name.substring(name.indexOf('/') + 1);
    }
}
