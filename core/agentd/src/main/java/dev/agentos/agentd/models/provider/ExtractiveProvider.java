package dev.agentos.agentd.models.provider;

import dev.agentos.domain.contract.Placement;
import dev.agentos.domain.extractive.CitedSentence;
import dev.agentos.domain.extractive.Document;
import dev.agentos.domain.extractive.Options;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.extractive.SentenceVectors.VectorsUnavailableException;
import dev.agentos.domain.extractive.Summariser;
import dev.agentos.domain.extractive.Summary;
import dev.agentos.domain.model.ChunkCollector;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.Role;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.model.TokenCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The built-in model {@code local/extractive}: it answers with sentences of the conversation itself, chosen and ordered by
 * LexRank over sentence vectors, each with the place it is from. Deterministic; it writes no word of its own and never
 * pretends to be more.
 */
public final class ExtractiveProvider implements ModelProvider {

    private static final int SENTENCES = 6;
    private static final int CONTEXT = 200_000;

    private final SentenceVectors vectors;

    public ExtractiveProvider(SentenceVectors vectors) {
        this.vectors = vectors;
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public List<ModelCard> models() {
        return List.of(new ModelCard(
                "local/extractive",
                Placement.ON_PREM,
                CONTEXT,
                Set.of(Ability.CHAT, Ability.EMBED),
                ModelCard.Price.FREE,
                ""));
    }

    @Override
    public ModelReply generate(ModelRequest request, ChunkSink sink, Turn turn) throws ModelException {
        Question question = Question.of(request);
        int most = request.sampling().maxTokens().orElse(Integer.MAX_VALUE);
        ChunkCollector said = new ChunkCollector();
        long tokens = 0;
        Finish finish = Finish.STOP;
        for (String piece : answer(question)) {
            long cost = TokenCount.of(piece);
            if (tokens + cost > most) {
                finish = Finish.LENGTH;
                break;
            }
            tokens += cost;
            ModelChunk chunk = new ModelChunk.Text(piece);
            said.add(chunk);
            sink.accept(chunk);
        }
        return said.reply("local/extractive", finish, ModelUsage.counted(TokenCount.of(request), tokens));
    }

    /** What is asked, and what there is to answer from. */
    private record Question(String text, List<Document> documents) {

        /**
         * The last paragraph of the user's last message is the question; everything before it, in all messages but the
         * assistant's own, is what can be cited.
         */
        static Question of(ModelRequest request) {
            List<ModelMessage> messages = request.messages();
            int last = -1;
            for (int i = 0; i < messages.size(); i++) {
                last = messages.get(i).role() == Role.USER ? i : last;
            }
            String question = "";
            List<Document> documents = new ArrayList<>();
            for (int i = 0; i < messages.size(); i++) {
                ModelMessage message = messages.get(i);
                String text = message.text();
                if (i == last) {
                    int cut = text.strip().lastIndexOf("\n\n");
                    question = cut < 0 ? text : text.strip().substring(cut);
                    text = cut < 0 ? "" : text.strip().substring(0, cut);
                }
                if (message.role() != Role.ASSISTANT && !text.isBlank()) {
                    documents.add(new Document(
                            "message " + (i + 1) + ", " + message.role().word(), text));
                }
            }
            return documents.isEmpty()
                    ? new Question("", List.of(new Document("message " + (last + 1), question)))
                    : new Question(question.strip(), documents);
        }
    }

    private List<String> answer(Question question) {
        Options options = Options.of(SENTENCES, "Answer");
        Summary summary = Summariser.summarise(
                question.documents(),
                question.text().isBlank() ? options : options.withQuestion(question.text()),
                vectors);
        List<String> pieces = new ArrayList<>();
        if (summary.sentences().isEmpty()) {
            pieces.add("There is no sentence in this conversation to answer with. "
                    + "local/extractive only cites what it is given.");
            return pieces;
        }
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (CitedSentence sentence : summary.sentences()) {
            String place = sentence.document() + ", line " + sentence.line();
            int number = numbers.computeIfAbsent(place, _ -> numbers.size() + 1);
            pieces.add((pieces.isEmpty() ? "" : " ") + sentence.text().strip() + " [" + number + "]");
        }
        StringBuilder sources = new StringBuilder("\n\nSources:");
        numbers.forEach((place, number) ->
                sources.append("\n[").append(number).append("] ").append(place));
        pieces.add(sources.toString());
        return pieces;
    }

    @Override
    public Embeddings embed(String model, List<String> texts) throws ModelException {
        try {
            return new Embeddings(
                    "local/extractive",
                    vectors.vectors(texts),
                    texts.stream().mapToLong(TokenCount::of).sum());
        } catch (VectorsUnavailableException e) {
            throw new ModelException(
                    Kind.UNAVAILABLE, String.valueOf(e.getMessage()), "see agentctl doctor and the worker's log", e);
        }
    }
}
