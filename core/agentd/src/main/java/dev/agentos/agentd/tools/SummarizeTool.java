package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.extractive.Document;
import dev.agentos.domain.extractive.Options;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.extractive.Summariser;
import dev.agentos.domain.extractive.Summary;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code summarize}: the sentences of given documents that say most, with their sources. {@code documents} as
 * {@code fs.read} gives them; optional {@code sentences}, {@code title}, {@code question}. Nothing is generated.
 */
final class SummarizeTool implements Tool.Pure {

    private static final int DEFAULT_SENTENCES = 12;
    private static final int MAX_SENTENCES = 200;

    /** About two seconds of sentence vectors; longer texts are sampled, and the result says so. */
    private static final int MAX_CANDIDATES = 400;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "summarize", Effect.COMPUTES, "Selects the sentences of documents that say most, with citations.")
            .input(InputSchema.object()
                    .required(
                            "documents",
                            Map.of("type", "array", "items", Map.of("type", "object")),
                            "Objects with a name and a text, as fs.read gives them.")
                    .optional("sentences", "integer", "How many sentences, 1 to " + MAX_SENTENCES + ".")
                    .optional("title", "string", "The heading of the summary.")
                    .optional("question", "string", "What the sentences should answer."))
            .cache(ToolDescriptor.Cache.SHARED)
            .build();

    private final SentenceVectors vectors;

    /** @param vectors the model worker's; where it cannot answer, word statistics are used and the result says so */
    SummarizeTool(SentenceVectors vectors) {
        this.vectors = vectors;
    }

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) {
        return List.of();
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        List<Document> documents = documents(arguments);
        long sentences = arguments.number("sentences", DEFAULT_SENTENCES);
        if (sentences < 1 || sentences > MAX_SENTENCES) {
            throw new ToolException(
                    "argument.range",
                    "\"sentences\" must be 1 to " + MAX_SENTENCES,
                    "correct it in the step's \"with\"");
        }
        Options options = Options.of(
                        (int) sentences, arguments.optionalText("title").orElse("Summary"))
                .withMaxCandidates(MAX_CANDIDATES);
        Optional<String> question = arguments.optionalText("question");
        if (question.isPresent()) {
            options = options.withQuestion(question.get());
        }
        return ToolResult.of(result(Summariser.summarise(documents, options, vectors)));
    }

    private static List<Document> documents(Arguments arguments) throws ToolException {
        List<Document> documents = new ArrayList<>();
        for (Object item : arguments.list("documents")) {
            if (item instanceof Map<?, ?> map
                    && map.get("name") instanceof String name
                    && map.get("text") instanceof String text) {
                documents.add(new Document(name, text));
            } else {
                throw new ToolException(
                        "argument.type",
                        "summarize: each of \"documents\" must have a name and a text",
                        "bind it to ${steps.ID.documents} of an fs.read step");
            }
        }
        return documents;
    }

    private static Map<String, Object> result(Summary summary) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("title", summary.title());
        result.put("method", summary.method());
        result.put("markdown", summary.markdown());
        result.put(
                "sentences",
                summary.sentences().stream()
                        .map(s -> Event.fields("text", s.text(), "document", s.document(), "line", (long) s.line()))
                        .toList());
        result.put(
                "sources",
                summary.sources().stream()
                        .map(s -> Event.fields("document", s.document(), "used", (long) s.sentencesUsed(), "of", (long)
                                s.sentencesTotal()))
                        .toList());
        result.put(
                "skipped",
                summary.skipped().stream()
                        .map(s -> Event.fields("document", s.document(), "why", s.why()))
                        .toList());
        result.put("notes", summary.notes());
        return result;
    }
}
