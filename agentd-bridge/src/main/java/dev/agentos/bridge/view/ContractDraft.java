package dev.agentos.bridge.view;

import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ContractWords;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A contract on its way: the text as it is typed, what is wrong with it, what it allows in words, and how it differs from
 * another text: the version that an agent runs under, or a proposal that is taken over change by change.
 *
 * @param source name of the file, for problems
 * @param kept the text as it was opened or saved last
 * @param other what it is compared with
 */
public record ContractDraft(String source, String text, String kept, Optional<Other> other) {

    private static final String NEW = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: my-agent
            """;

    /**
     * A text to compare with.
     *
     * @param isProposal whether its changes are offered for taking over; else the draft's own can be taken back
     */
    public record Other(String name, String text, boolean isProposal) {}

    /** What the contract allows; the sentences that the other text does not have are marked. */
    public record Says(String sentence, boolean isNew) {}

    public static ContractDraft fresh() {
        return opened("my-agent.yaml", NEW);
    }

    public static ContractDraft opened(String source, String text) {
        return new ContractDraft(source, text, text, Optional.empty());
    }

    public ContractDraft typed(String next) {
        return new ContractDraft(source, next, kept, other);
    }

    public ContractDraft saved(String name) {
        return new ContractDraft(name, text, text, other);
    }

    public ContractDraft comparedWith(Other next) {
        return new ContractDraft(source, text, kept, Optional.of(next));
    }

    public boolean isChanged() {
        return !text.equals(kept);
    }

    // ------------------------------------------------------------------ problems

    /** What is wrong, in the order of the lines. */
    public List<Problem> problems() {
        List<Problem> found = switch (ContractParser.parse(text, source)) {
            case ParseOutcome.Parsed parsed -> parsed.warnings();
            case ParseOutcome.Invalid invalid -> invalid.problems();
        };
        List<Problem> sorted = new ArrayList<>(found);
        sorted.sort(java.util.Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return List.copyOf(sorted);
    }

    /** Keys that can stand at the end of this text, with what they mean; only those that go on from what was typed. */
    public static Map<String, String> completions(String before) {
        String line = before.substring(before.lastIndexOf('\n') + 1);
        String typed = line.strip().toLowerCase(Locale.ROOT);
        Map<String, String> all = ContractProblems.keysAt(before);
        Map<String, String> fits = new java.util.LinkedHashMap<>();
        all.forEach((key, about) -> {
            if (key.toLowerCase(Locale.ROOT).startsWith(typed)) {
                fits.put(key, about);
            }
        });
        return fits;
    }

    // ------------------------------------------------------------------ words

    /** What it allows in plain sentences; empty while it does not hold. */
    public List<Says> says() {
        List<String> before =
                other.map(one -> sentences(one.text(), one.name())).orElse(List.of());
        boolean compare = !before.isEmpty();
        return sentences(text, source).stream()
                .map(sentence -> new Says(sentence, compare && !before.contains(sentence)))
                .toList();
    }

    /** Sentences of the other text that are true no more. */
    public List<String> saysNoMore() {
        List<String> now = sentences(text, source);
        return now.isEmpty()
                ? List.of()
                : other.map(one -> sentences(one.text(), one.name())).orElse(List.of()).stream()
                        .filter(sentence -> !now.contains(sentence))
                        .toList();
    }

    private static List<String> sentences(String text, String source) {
        return ContractParser.parse(text, source) instanceof ParseOutcome.Parsed parsed
                ? ContractWords.describe(parsed.document().contract())
                : List.of();
    }

    // ------------------------------------------------------------------ changes

    /** How the draft and the other text differ: for a proposal from the draft to it, else from it to the draft. */
    public List<LineDiff.Change> changes() {
        return other.map(one ->
                        one.isProposal() ? LineDiff.changes(text, one.text()) : LineDiff.changes(one.text(), text))
                .orElse(List.of());
    }

    /** The text after one change of a proposal was taken over, or one of the draft's own was taken back. */
    public String settled(LineDiff.Change change) {
        boolean proposal = other.map(Other::isProposal).orElse(false);
        return proposal ? LineDiff.with(text, change) : LineDiff.without(text, change);
    }

    /** A proposal without one of its changes: it is not offered any more. */
    public ContractDraft left(LineDiff.Change change) {
        return new ContractDraft(
                source,
                text,
                kept,
                other.map(one -> new Other(one.name(), LineDiff.without(one.text(), change), one.isProposal())));
    }
}
