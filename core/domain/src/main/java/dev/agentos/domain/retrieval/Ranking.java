package dev.agentos.domain.retrieval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Orders passages by how well they fit a question: the cosine of their vectors, and the share of the question's rarer
 * words that they hold. Of passages that say the same, the first is kept (maximal marginal relevance).
 */
public final class Ranking {

    /** How much the words count beside the vectors: names and numbers mean little to a vector and much to a person. */
    private static final double WORDS = 0.35;

    /** Two passages this alike say the same. */
    private static final double SAME = 0.97;

    private Ranking() {}

    /** A passage with its score, higher is better. */
    public record Hit(Passage passage, double score) {}

    /**
     * The best passages, best first.
     *
     * @param question the question's vector
     * @param vectors one for each passage
     */
    public static List<Hit> best(
            String words, float[] question, List<Passage> passages, List<float[]> vectors, int most) {
        if (passages.size() != vectors.size()) {
            throw new IllegalArgumentException("each passage needs a vector");
        }
        Set<String> asked = words(words);
        record Scored(int index, double score) {}
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < passages.size(); i++) {
            Set<String> held = words(passages.get(i).forVector());
            double shared = asked.isEmpty()
                    ? 0
                    : (double) asked.stream().filter(held::contains).count() / asked.size();
            scored.add(new Scored(i, (1 - WORDS) * cosine(question, vectors.get(i)) + WORDS * shared));
        }
        scored.sort(Comparator.comparingDouble(Scored::score).reversed().thenComparingInt(Scored::index));
        List<Hit> hits = new ArrayList<>();
        List<float[]> kept = new ArrayList<>();
        for (Scored one : scored) {
            if (hits.size() == most || one.score() <= 0) {
                break;
            }
            float[] vector = vectors.get(one.index());
            if (kept.stream().noneMatch(other -> cosine(other, vector) > SAME)) {
                hits.add(new Hit(passages.get(one.index()), one.score()));
                kept.add(vector);
            }
        }
        return hits;
    }

    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
    }

    private static final Set<String> COMMON = Set.of(
            "the", "and", "for", "with", "that", "this", "from", "are", "was", "were", "what", "when", "where", "which",
            "who", "why", "how", "does", "did", "has", "have", "can", "may", "must", "will", "would", "should", "there",
            "their", "they", "you", "your", "not", "about", "into", "than", "then", "its", "der", "die", "das", "und",
            "ist", "ein", "eine", "wie", "wer", "wann", "wo", "le", "la", "les", "des", "est", "que", "qui");

    /** Words of three letters and more that carry something, cut to a stem so that plurals meet. */
    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>();
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")) {
            if (word.length() >= 3 && !COMMON.contains(word)) {
                words.add(word.length() > 4 ? word.replaceFirst("(ies|es|s|ing|ed)$", "") : word);
            }
        }
        return words;
    }
}
