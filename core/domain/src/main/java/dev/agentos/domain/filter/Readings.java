package dev.agentos.domain.filter;

import dev.agentos.domain.filter.Reading.How;
import java.util.ArrayList;
import java.util.List;

/** Finds what a text says in other spellings, and what it says where nobody looks. Linear; decodes at most two deep. */
final class Readings {

    private static final int DEPTH = 2;

    /** Most readings of one text; further ones are what the first ones are. */
    private static final int MOST = 128;

    private Readings() {}

    /**
     * All readings of a raw text but the plain one. Together they are no longer than twice the text.
     *
     * @param normalised the same text, normalised
     */
    static List<Reading> of(Normalised normalised) {
        return of(normalised, Tokens.of(normalised.text()));
    }

    /** The same, with the words of the text at hand. */
    static List<Reading> of(Normalised normalised, Tokens tokens) {
        List<Reading> all = new ArrayList<>();
        int budget = normalised.text().length() + 4096;
        collect(normalised.text(), tokens, normalised, 0, budget, all);
        return all;
    }

    private static void collect(
            String text, Tokens tokens, Normalised origin, int depth, int budget, List<Reading> all) {
        List<Span> spans = new ArrayList<>();
        // Further ones would not be read, so they are not looked for.
        Encodings.find(text, spans, MOST);
        Disguises.find(text, tokens, spans, MOST);
        if (spans.size() < MOST) {
            HiddenText.find(text, spans);
        }
        int left = budget;
        for (Span span : spans) {
            left -= span.text().length();
            if (left < 0 || all.size() >= MOST) {
                return;
            }
            String clean = Normaliser.normalise(span.text()).text();
            all.add(new Reading(span.how(), clean, origin.origin(span.from()), origin.origin(span.to() - 1) + 1));
            if (depth + 1 < DEPTH && span.how() != How.HIDDEN && span.how() != How.LINK) {
                inner(clean, span, origin, depth, left, all);
            }
        }
    }

    private static void inner(String clean, Span span, Normalised origin, int depth, int budget, List<Reading> all) {
        List<Reading> below = new ArrayList<>();
        Normalised nested = new Normalised(clean, new int[0], 0, 0, 0, 0);
        collect(clean, Tokens.of(clean), nested, depth + 1, budget, below);
        for (Reading reading : below) {
            all.add(new Reading(
                    reading.how(), reading.text(), origin.origin(span.from()), origin.origin(span.to() - 1) + 1));
        }
    }

    /** A reading of a part of a normalised text. */
    record Span(How how, String text, int from, int to) {}
}
