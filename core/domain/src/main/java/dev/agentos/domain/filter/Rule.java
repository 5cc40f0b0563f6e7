package dev.agentos.domain.filter;

import java.util.List;

/**
 * Concepts that must follow one another closely.
 *
 * @param name what a person is told that was found
 * @param weight how much it says alone, from 0 to 1; from {@link Rules#ALONE} it is enough without the learned head
 * @param gap most words between two of the concepts
 * @param steps the bits of the concepts in order
 */
record Rule(String name, double weight, int gap, List<Long> steps) {

    Rule {
        steps = List.copyOf(steps);
    }

    static Rule of(String name, double weight, int gap, String concepts) {
        return new Rule(
                name,
                weight,
                gap,
                List.of(concepts.split(" ")).stream().map(Rule::bits).toList());
    }

    private static long bits(String alternatives) {
        long bits = 0;
        for (String concept : alternatives.split("\\|")) {
            bits |= Lexicon.bit(concept);
        }
        return bits;
    }

    long last() {
        return steps.getLast();
    }

    /** The token where a match that ends at {@code end} begins; -1 for none. */
    int startOf(Tokens tokens, int end) {
        int at = end;
        for (int step = steps.size() - 2; step >= 0; step--) {
            int least = Math.max(0, at - 1 - gap);
            int found = -1;
            for (int i = at - 1; i >= least; i--) {
                if ((tokens.concepts(i) & steps.get(step)) != 0) {
                    found = i;
                    break;
                }
            }
            if (found < 0) {
                return -1;
            }
            at = found;
        }
        return at;
    }
}
