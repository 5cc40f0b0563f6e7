package dev.agentos.domain.extractive;

import dev.agentos.domain.extractive.SentenceVectors.VectorsUnavailableException;
import java.util.ArrayList;
import java.util.List;

/**
 * Summarises documents by choosing their most central sentences. Pure: the same documents, options and vectors give the
 * same result, byte for byte. What the documents say is data; nothing in them is followed.
 */
public final class Summariser {

    /** Most characters read of one document. */
    public static final int MAX_DOCUMENT = 2_000_000;

    /** With a question, less of the walk follows the graph and more of it returns to the question. */
    private static final double QUESTION_DAMPING = 0.15;

    /** With a question, a document is represented when it comes this close to the best answer. */
    private static final double RELEVANT = 0.8;

    private Summariser() {}

    /**
     * A summary of at most {@link Options#maxSentences()} sentences, every readable document represented where the budget
     * allows, ordered by document and position.
     *
     * @param vectors if it fails, {@link TfIdfVectors} is used and the notes say so
     */
    public static Summary summarise(List<Document> documents, Options options, SentenceVectors vectors) {
        var reading = new Reading(options.maxCandidates());
        documents.forEach(reading::read);
        reading.sample();
        Ranked ranked = rank(reading, options, vectors);
        boolean[] covered = options.question().isPresent()
                ? relevantDocuments(reading, ranked)
                : Selection.all(reading.documents());
        List<Integer> chosen = new Selection(
                        reading.candidates, reading.candidateDocuments(), ranked.scores, ranked.similarities)
                .choose(options.maxSentences(), covered);
        return summary(reading, options, ranked, chosen);
    }

    private static Summary summary(Reading reading, Options options, Ranked ranked, List<Integer> chosen) {
        var cited = new ArrayList<CitedSentence>();
        int[] used = new int[reading.documents()];
        for (int i : chosen) {
            Sentence sentence = reading.candidates.get(i);
            used[reading.documentOfCandidate.get(i)]++;
            cited.add(new CitedSentence(
                    VisibleText.of(sentence.text()),
                    VisibleText.of(sentence.document()),
                    sentence.line(),
                    ranked.scores[i]));
        }
        var sources = new ArrayList<Source>();
        for (int d = 0; d < reading.documents(); d++) {
            sources.add(new Source(VisibleText.of(reading.names.get(d)), used[d], reading.totals.get(d)));
        }
        var notes = new ArrayList<>(reading.notes);
        notes.addAll(ranked.notes);
        long silent =
                sources.stream().filter(source -> source.sentencesUsed() == 0).count();
        if (silent > 0) {
            notes.add(silent + " of " + sources.size() + " documents are not represented: "
                    + (options.maxSentences() <= chosen.size()
                            ? "the budget is " + options.maxSentences() + " sentences"
                            : "they add nothing that is not said already"));
        }
        String title = VisibleText.of(options.title());
        return new Summary(
                title,
                "lexrank/" + ranked.method,
                cited,
                sources,
                reading.skipped,
                notes,
                SummaryMarkdown.write(title, cited, sources, reading.skipped, notes));
    }

    @SuppressWarnings("ArrayRecordComponent") // lives within one call, never compared
    private record Ranked(
            double[] scores, double[] relevance, float[][] similarities, String method, List<String> notes) {}

    private static Ranked rank(Reading reading, Options options, SentenceVectors wanted) {
        var texts = new ArrayList<String>();
        reading.candidates.forEach(sentence -> texts.add(sentence.text()));
        int sentences = texts.size();
        options.question().ifPresent(texts::add);
        var notes = new ArrayList<String>();
        List<float[]> vectors = List.of();
        String method = wanted.method();
        if (sentences > 0) {
            try {
                vectors = checked(wanted.vectors(texts), texts.size());
            } catch (VectorsUnavailableException e) {
                SentenceVectors fallback = new TfIdfVectors();
                method = fallback.method();
                vectors = fallback.vectors(texts);
                notes.add("The embedding model was not available (" + VisibleText.of(String.valueOf(e.getMessage()))
                        + "): word statistics were used instead.");
            }
        }
        float[][] similarities = LexRank.similarities(vectors.subList(0, sentences));
        double[] relevance = new double[sentences];
        double[] scores;
        if (options.question().isPresent() && sentences > 0) {
            float[] question = vectors.getLast();
            for (int i = 0; i < sentences; i++) {
                double cosine = LexRank.similarities(List.of(vectors.get(i), question))[0][1];
                relevance[i] = Math.max(0, cosine) * Math.max(0, cosine);
            }
            scores = LexRank.rank(similarities, relevance, QUESTION_DAMPING);
        } else {
            scores = LexRank.rank(similarities);
            for (int i = 0; i < sentences; i++) {
                scores[i] *= Readability.substance(texts.get(i));
            }
        }
        return new Ranked(relativeToBest(scores), relevance, similarities, method, notes);
    }

    private static List<float[]> checked(List<float[]> vectors, int expected) {
        if (vectors.size() != expected) {
            throw new VectorsUnavailableException(vectors.size() + " vectors for " + expected + " sentences");
        }
        int dimension = vectors.getFirst().length;
        for (float[] vector : vectors) {
            if (vector.length != dimension) {
                throw new VectorsUnavailableException("vectors of different dimensions");
            }
            for (float value : vector) {
                if (!Float.isFinite(value)) {
                    throw new VectorsUnavailableException("a vector that holds no number");
                }
            }
        }
        return vectors;
    }

    /** Rounded, so that the last bits of the arithmetic decide nothing that a reader sees. */
    private static double[] relativeToBest(double[] scores) {
        double best = 0;
        for (double score : scores) {
            best = Math.max(best, score);
        }
        double[] relative = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            relative[i] = best > 0 ? Math.round(scores[i] / best * 1e6) / 1e6 : 0;
        }
        return relative;
    }

    private static boolean[] relevantDocuments(Reading reading, Ranked ranked) {
        double[] bestOf = new double[reading.documents()];
        double best = 0;
        for (int i = 0; i < ranked.relevance.length; i++) {
            int document = reading.documentOfCandidate.get(i);
            bestOf[document] = Math.max(bestOf[document], ranked.relevance[i]);
            best = Math.max(best, ranked.relevance[i]);
        }
        var relevant = new boolean[bestOf.length];
        for (int d = 0; d < bestOf.length; d++) {
            // Relevance is a squared cosine.
            relevant[d] = best > 0 && bestOf[d] >= best * RELEVANT * RELEVANT;
        }
        return relevant;
    }
}
