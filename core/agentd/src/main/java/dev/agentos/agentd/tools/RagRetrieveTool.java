package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.extractive.Document;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.extractive.SentenceVectors.VectorsUnavailableException;
import dev.agentos.domain.extractive.TfIdfVectors;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import dev.agentos.domain.retrieval.Passage;
import dev.agentos.domain.retrieval.Ranking;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code rag.retrieve}: the passages of a folder's documents that fit a question, each with file and line. Vectors come
 * from the model worker and are kept; where it cannot answer, word statistics are used, and the result says so.
 */
final class RagRetrieveTool implements Tool.Pure {

    private static final int DEFAULT_TOP = 5;
    private static final int MAX_TOP = 50;

    /** About half a minute of sentence vectors when nothing was kept yet. */
    private static final int MAX_PASSAGES = 2_000;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "rag.retrieve",
                    Effect.READS,
                    "Finds the passages of documents that fit a question, each with file and line.")
            .input(InputSchema.object()
                    .required("paths", InputSchema.texts(), "Files, or folders of documents.")
                    .required(
                            "question",
                            Map.of("type", "string", "minLength", 1L, "maxLength", 4_000L),
                            "What is to be found.")
                    .optional("glob", "string", "Which files below a folder; texts and Markdown unless said.")
                    .optional(
                            "top_k",
                            Map.of("type", "integer", "minimum", 1L, "maximum", (long) MAX_TOP),
                            "How many passages; " + DEFAULT_TOP + " unless said."))
            .paths(new PathArgument("paths", Access.READ))
            .build();

    private final FsReadTool reader = new FsReadTool();
    private final SentenceVectors vectors;
    private final VectorCache cache;

    RagRetrieveTool(SentenceVectors vectors, VectorCache cache) {
        this.vectors = vectors;
        this.cache = cache;
    }

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        return reader.targets(arguments, place);
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        Map<String, Object> reading = new LinkedHashMap<>();
        arguments.optionalText("glob").ifPresent(glob -> reading.put("glob", glob));
        Map<String, Object> read = reader.call(new Arguments("rag.retrieve", reading), place, decided)
                .output();
        String question = arguments.text("question");
        Map<String, List<Passage>> byDocument = new LinkedHashMap<>();
        List<Passage> passages = new ArrayList<>();
        Map<String, String> texts = new LinkedHashMap<>();
        for (Object item : read.get("documents") instanceof List<?> documents ? documents : List.of()) {
            if (item instanceof Map<?, ?> map && passages.size() < MAX_PASSAGES) {
                Document document = new Document(String.valueOf(map.get("name")), String.valueOf(map.get("text")));
                texts.put(document.name(), document.text());
                List<Passage> own = Passage.of(document);
                byDocument.put(document.name(), own);
                passages.addAll(own);
            }
        }
        if (passages.isEmpty()) {
            throw new ToolException(
                    "rag.empty", "there is no text to look in", "name a folder with texts, or give another glob");
        }
        Found found = vectors(question, byDocument, place.scope());
        List<Ranking.Hit> hits = Ranking.best(
                question, found.question(), passages, found.vectors(), (int) arguments.number("top_k", DEFAULT_TOP));
        return ToolResult.of(result(hits, passages, found, read, texts));
    }

    private record Found(float[] question, List<float[]> vectors, String method, String note) {}

    private Found vectors(String question, Map<String, List<Passage>> byDocument, String scope) {
        try {
            List<float[]> all = new ArrayList<>();
            for (List<Passage> own : byDocument.values()) {
                List<String> texts = own.stream().map(Passage::forVector).toList();
                if (texts.isEmpty()) {
                    continue;
                }
                Optional<List<float[]>> kept = cache.get(scope, vectors.method(), texts);
                List<float[]> made = kept.isPresent() ? kept.get() : vectors.vectors(texts);
                if (kept.isEmpty()) {
                    cache.put(scope, vectors.method(), texts, made);
                }
                all.addAll(made);
            }
            return new Found(vectors.vectors(List.of(question)).getFirst(), all, vectors.method(), "");
        } catch (VectorsUnavailableException e) {
            List<String> texts = new ArrayList<>(List.of(question));
            byDocument.values().forEach(own -> own.forEach(passage -> texts.add(passage.forVector())));
            List<float[]> all = new TfIdfVectors().vectors(texts);
            return new Found(
                    all.getFirst(),
                    all.subList(1, all.size()),
                    "tf-idf",
                    "sentence vectors were not to be had (" + e.getMessage() + "), so only words were compared");
        }
    }

    private static Map<String, Object> result(
            List<Ranking.Hit> hits,
            List<Passage> passages,
            Found found,
            Map<String, Object> read,
            Map<String, String> texts) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put(
                "passages",
                hits.stream()
                        .map(hit -> Event.fields(
                                "text",
                                hit.passage().text(),
                                "document",
                                hit.passage().document(),
                                "line",
                                (long) hit.passage().firstLine(),
                                "citation",
                                hit.passage().citation(),
                                "heading",
                                hit.passage().heading(),
                                "score",
                                Math.round(hit.score() * 1000) / 1000.0))
                        .toList());
        result.put("documents", documents(hits, texts));
        result.put("method", found.method());
        result.put("searched", (long) passages.size());
        List<String> notes = new ArrayList<>();
        if (!found.note().isEmpty()) {
            notes.add(found.note());
        }
        if (passages.size() >= MAX_PASSAGES) {
            notes.add("only the first " + passages.size() + " passages were looked at");
        }
        result.put("notes", notes);
        result.put("skipped", read.getOrDefault("skipped", List.of()));
        return result;
    }

    /** The passages found, by document and on their own lines, so that what is made of them can cite those lines. */
    private static List<Map<String, Object>> documents(List<Ranking.Hit> hits, Map<String, String> texts) {
        Map<String, boolean[]> wanted = new LinkedHashMap<>();
        for (Ranking.Hit hit : hits) {
            String text = texts.getOrDefault(hit.passage().document(), "");
            boolean[] lines =
                    wanted.computeIfAbsent(hit.passage().document(), _ -> new boolean[text.split("\n", -1).length]);
            for (int line = hit.passage().firstLine();
                    line <= hit.passage().lastLine() && line <= lines.length;
                    line++) {
                lines[line - 1] = true;
            }
        }
        List<Map<String, Object>> documents = new ArrayList<>();
        wanted.forEach((name, lines) -> {
            String[] all = texts.getOrDefault(name, "").split("\n", -1);
            StringBuilder text = new StringBuilder();
            for (int line = 0; line < all.length; line++) {
                text.append(lines[line] ? all[line] : "").append('\n');
            }
            documents.add(Event.fields("name", name, "text", text.toString()));
        });
        return documents;
    }
}
