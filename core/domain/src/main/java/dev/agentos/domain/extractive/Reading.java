package dev.agentos.domain.extractive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was read of the documents: the sentences that may be chosen, and what to tell about the rest. */
final class Reading {

    final List<String> names = new ArrayList<>();
    final List<Integer> totals = new ArrayList<>();
    final List<SkippedDocument> skipped = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    List<Sentence> candidates = new ArrayList<>();
    List<Integer> documentOfCandidate = new ArrayList<>();

    private final int maxCandidates;

    Reading(int maxCandidates) {
        this.maxCandidates = maxCandidates;
    }

    int documents() {
        return names.size();
    }

    int[] candidateDocuments() {
        return documentOfCandidate.stream().mapToInt(Integer::intValue).toArray();
    }

    void read(Document document) {
        String name = VisibleText.of(document.name());
        Optional<String> whyNot = Readability.whyNot(document.text());
        if (whyNot.isPresent()) {
            skipped.add(new SkippedDocument(name, whyNot.get()));
            return;
        }
        Document read = document;
        if (document.text().length() > Summariser.MAX_DOCUMENT) {
            read = new Document(document.name(), document.text().substring(0, Summariser.MAX_DOCUMENT));
            notes.add("Only the first " + Summariser.MAX_DOCUMENT + " of "
                    + document.text().length() + " characters of " + name + " were read.");
        }
        List<Sentence> sentences = SentenceSplitter.split(read);
        if (sentences.isEmpty()) {
            skipped.add(new SkippedDocument(name, "no sentences: only headings, tables, code or symbols"));
            return;
        }
        List<Sentence> fit = sentences.stream()
                .filter(sentence -> Readability.standsAlone(sentence.text()))
                .toList();
        int index = names.size();
        names.add(document.name());
        totals.add(sentences.size());
        for (Sentence sentence : fit.isEmpty() ? sentences : fit) {
            candidates.add(sentence);
            documentOfCandidate.add(index);
        }
    }

    /** Thins the candidates evenly, every document keeping at least one, when there are more than can be ranked. */
    void sample() {
        int total = candidates.size();
        if (total <= maxCandidates) {
            return;
        }
        var kept = new ArrayList<Integer>();
        int spare = Math.max(0, maxCandidates - documents());
        int from = 0;
        for (int d = 0; d < documents() && kept.size() < maxCandidates; d++) {
            int to = from;
            while (to < total && documentOfCandidate.get(to) == d) {
                to++;
            }
            int count = to - from;
            int quota = Math.min(count, 1 + (int) ((long) spare * (count - 1) / (total - documents())));
            for (int k = 0; k < quota; k++) {
                kept.add(from + (int) ((long) k * count / quota));
            }
            from = to;
        }
        candidates = kept.stream().map(candidates::get).toList();
        documentOfCandidate = kept.stream().map(documentOfCandidate::get).toList();
        notes.add(kept.size() + " of " + total + " sentences were considered, taken at even distances.");
    }
}
