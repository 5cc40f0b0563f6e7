package dev.agentos.domain.filter;

import java.util.List;
import java.util.Locale;

/**
 * What the filter thinks of a text. It is an opinion with its evidence: it may raise labels, it never lowers one.
 *
 * @param probability of an attack, calibrated on held-out texts of the training data
 * @param method which parts took part
 * @param evidence the worst passages first; empty for a clear text
 * @param whole whether all of the text was read
 */
public record Verdict(Level level, double probability, Method method, List<Evidence> evidence, boolean whole) {

    /** How sure it is. */
    public enum Level {
        /** Nothing speaks for an attack. */
        CLEAR,
        /** Five benign texts in a hundred look as bad. */
        DOUBTFUL,
        /** One benign text in a hundred looks as bad. */
        SUSPECTED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which parts of the filter took part. */
    public enum Method {
        /** Rules, grams and sentence vectors. */
        WORDS_AND_SENTENCES("rules, words and sentence vectors"),
        /** Rules and grams found so little that sentence vectors were not asked for. */
        WORDS("rules and words"),
        /** Sentence vectors could not be had. */
        WORDS_ONLY("rules and words only, without sentence vectors");

        private final String words;

        Method(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }

    /**
     * A passage that speaks for an attack.
     *
     * @param from where it begins in the text
     * @param to where it ends
     * @param reading {@code plain}, or how it had to be decoded: {@code base64}, {@code hidden} and so on
     * @param rules the rules that apply to it; empty where only the learned head objects
     */
    public record Evidence(int from, int to, String reading, List<String> rules, double probability) {
        public Evidence {
            rules = List.copyOf(rules);
        }
    }

    public Verdict {
        evidence = List.copyOf(evidence);
    }

    public boolean isSuspected() {
        return level == Level.SUSPECTED;
    }
}
