package dev.agentos.domain.language;

import dev.agentos.domain.language.Words.Token;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Words and phrases that mean the same. A word with a typing error is taken for the one word it is nearest to. */
final class Concepts {

    private static final int GAP = 4;
    private static final int SHORTEST_WITH_TYPO = 5;

    private final Map<String, List<List<String>>> phrases;
    private final Set<String> vocabulary;
    /** Words as they are written, with their stems: typing errors are made in words. */
    private final Map<String, String> written;

    private Concepts(Map<String, List<List<String>>> phrases, Set<String> vocabulary, Map<String, String> written) {
        this.phrases = phrases;
        this.vocabulary = vocabulary;
        this.written = written;
    }

    static Concepts of(Map<String, List<String>> written) {
        Map<String, List<List<String>>> phrases = new LinkedHashMap<>();
        Set<String> vocabulary = new HashSet<>();
        Map<String, String> words = new LinkedHashMap<>();
        written.forEach((name, alternatives) -> {
            List<List<String>> stems = new ArrayList<>();
            for (String alternative : alternatives) {
                List<String> phrase = new ArrayList<>();
                for (String word : alternative.strip().split("\\s+")) {
                    if (word.equals("~")) {
                        phrase.add(word);
                    } else {
                        Words.tokens(word).forEach(token -> {
                            phrase.add(token.stem());
                            words.put(token.text(), token.stem());
                        });
                    }
                }
                phrase.stream().filter(word -> !word.equals("~")).forEach(vocabulary::add);
                stems.add(List.copyOf(phrase));
            }
            phrases.put(name, List.copyOf(stems));
        });
        return new Concepts(phrases, vocabulary, words);
    }

    boolean knows(String stem) {
        return vocabulary.contains(stem);
    }

    /** Every stem that a concept's words have; none where there is no such concept. */
    Set<String> stems(String concept) {
        Set<String> stems = new HashSet<>();
        phrases.getOrDefault(concept, List.of()).forEach(stems::addAll);
        stems.remove("~");
        return stems;
    }

    /** The concepts in a sentence. */
    Set<String> in(List<Token> tokens) {
        List<String> stems = new ArrayList<>();
        for (Token token : tokens) {
            stems.add(corrected(token));
        }
        Set<String> found = new LinkedHashSet<>();
        phrases.forEach((name, alternatives) -> {
            if (alternatives.stream().anyMatch(phrase -> holds(stems, phrase))) {
                found.add(name);
            }
        });
        return found;
    }

    /** The stem of the word that was meant: a typing error is taken for the one word it is nearest to. */
    String corrected(Token token) {
        String stem = token.stem();
        String text = token.text();
        if (text.length() < SHORTEST_WITH_TYPO - 1 || knows(stem) || COMMON.contains(text) || COMMON.contains(stem)) {
            return stem;
        }
        Set<String> near = new HashSet<>();
        written.forEach((word, of) -> {
            if (word.length() >= SHORTEST_WITH_TYPO && word.charAt(0) == text.charAt(0) && Words.alike(word, text)) {
                near.add(of);
            }
        });
        return near.size() == 1 ? near.iterator().next() : stem;
    }

    private static boolean holds(List<String> stems, List<String> phrase) {
        for (int start = 0; start < stems.size(); start++) {
            if (matches(stems, start, phrase, 0)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(List<String> stems, int at, List<String> phrase, int part) {
        if (part == phrase.size()) {
            return true;
        }
        if (phrase.get(part).equals("~")) {
            for (int gap = 0; gap <= GAP && at + gap <= stems.size(); gap++) {
                if (matches(stems, at + gap, phrase, part + 1)) {
                    return true;
                }
            }
            return false;
        }
        return at < stems.size() && stems.get(at).equals(phrase.get(part)) && matches(stems, at + 1, phrase, part + 1);
    }

    /** Words that look like a misspelt concept and are none. */
    private static final Set<String> COMMON = Set.of(
            "thing", "there", "their", "these", "those", "where", "which", "would", "could", "should", "about", "after",
            "again", "other", "still", "right", "great", "night", "house", "place", "point", "think", "three", "under",
            "while", "world", "write", "young", "being", "black", "water", "money", "music", "paper", "plant", "story",
            "weather", "later", "cause", "stock", "clock", "storm", "shirt", "sheet", "pasta", "paste", "taste");
}
