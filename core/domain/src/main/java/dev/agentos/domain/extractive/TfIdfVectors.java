package dev.agentos.domain.extractive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Vectors from word statistics alone: TF-IDF over the given texts, hashed with signs into {@value #DIMENSION} values
 * (Weinberger et al. 2009), unit length. It knows no synonyms; it needs nothing installed.
 */
public final class TfIdfVectors implements SentenceVectors {

    static final int DIMENSION = 512;

    @Override
    public String method() {
        return "tf-idf";
    }

    @Override
    public List<float[]> vectors(List<String> texts) {
        var termsOfTexts = new ArrayList<List<String>>(texts.size());
        Map<String, Integer> documentFrequency = new HashMap<>();
        for (String text : texts) {
            List<String> terms = terms(text);
            termsOfTexts.add(terms);
            for (String term : new HashSet<>(terms)) {
                documentFrequency.merge(term, 1, Integer::sum);
            }
        }
        var vectors = new ArrayList<float[]>(texts.size());
        for (List<String> terms : termsOfTexts) {
            vectors.add(vector(terms, documentFrequency, texts.size()));
        }
        return vectors;
    }

    private static float[] vector(List<String> terms, Map<String, Integer> documentFrequency, int texts) {
        double[] sum = new double[DIMENSION];
        Map<String, Integer> counts = new LinkedHashMap<>();
        terms.forEach(term -> counts.merge(term, 1, Integer::sum));
        counts.forEach((term, count) -> {
            double rarity = Math.log(1.0 + (double) texts / documentFrequency.getOrDefault(term, 1));
            double weight = (1 + Math.log(count)) * rarity;
            int hash = mixed(term.hashCode());
            sum[Math.floorMod(hash, DIMENSION)] += (hash & 0x40000000) == 0 ? weight : -weight;
        });
        double square = 0;
        for (double value : sum) {
            square += value * value;
        }
        float[] unit = new float[DIMENSION];
        if (square > 0) {
            double norm = Math.sqrt(square);
            for (int i = 0; i < DIMENSION; i++) {
                unit[i] = (float) (sum[i] / norm);
            }
        }
        return unit;
    }

    /** Words of at least two letters or digits; scripts without spaces give single characters and pairs. */
    private static List<String> terms(String text) {
        var terms = new ArrayList<String>();
        var word = new StringBuilder();
        int previousWide = -1;
        String lower = text.toLowerCase(Locale.ROOT);
        for (int i = 0; i < lower.length(); ) {
            int c = lower.codePointAt(i);
            i += Character.charCount(c);
            boolean wide = Scripts.isUnspaced(c);
            if (wide || !Character.isLetterOrDigit(c)) {
                flush(word, terms);
            } else {
                word.appendCodePoint(c);
            }
            if (wide) {
                terms.add(Character.toString(c));
                if (previousWide >= 0) {
                    terms.add(Character.toString(previousWide) + Character.toString(c));
                }
            }
            previousWide = wide ? c : -1;
        }
        flush(word, terms);
        return terms;
    }

    private static void flush(StringBuilder word, List<String> terms) {
        if (word.length() > 1) {
            terms.add(word.toString());
        }
        word.setLength(0);
    }

    /** MurmurHash3's finaliser: {@link String#hashCode} alone clusters. */
    private static int mixed(int hash) {
        int h = hash;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        return h ^ (h >>> 16);
    }
}
