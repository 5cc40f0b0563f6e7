package dev.agentos.domain.extractive;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to summarise.
 *
 * @param maxSentences the budget, at least 1
 * @param title heading of the result; blank means "Summary"
 * @param topic a question that the sentences should speak to, or null
 * @param maxCandidates most sentences to rank; beyond it the documents are sampled and the result says so
 */
public record Options(
        int maxSentences, String title, @Nullable String topic, int maxCandidates) {

    public static final int MOST_CANDIDATES = 2_000;

    public Options {
        if (maxSentences < 1) {
            throw new IllegalArgumentException("a summary has at least one sentence, not " + maxSentences);
        }
        if (maxCandidates < 1 || maxCandidates > MOST_CANDIDATES) {
            throw new IllegalArgumentException("1 to " + MOST_CANDIDATES + " candidates, not " + maxCandidates);
        }
        title = title.isBlank() ? "Summary" : title.strip();
        topic = topic == null || topic.isBlank() ? null : topic.strip();
    }

    public static Options of(int maxSentences, String title) {
        return new Options(maxSentences, title, null, MOST_CANDIDATES);
    }

    public Options withQuestion(String question) {
        return new Options(maxSentences, title, question, maxCandidates);
    }

    public Options withMaxCandidates(int most) {
        return new Options(maxSentences, title, topic, most);
    }

    public Optional<String> question() {
        return Optional.ofNullable(topic);
    }
}
