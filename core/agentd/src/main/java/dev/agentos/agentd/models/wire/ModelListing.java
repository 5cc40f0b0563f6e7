package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists of models in the forms of the wires. */
public final class ModelListing {

    /** When a model was made is not known here. */
    private static final String EPOCH = "1970-01-01T00:00:00Z";

    private ModelListing() {}

    /** The model of a name, or an error. */
    public static ModelCard find(List<ModelCard> cards, String name) throws ModelException {
        for (ModelCard card : cards) {
            if (card.name().equals(name) || card.nameThere().equals(name)) {
                return card;
            }
        }
        throw new ModelException(Kind.NOT_FOUND, "there is no model " + name, "list them first");
    }

    public static String openAi(List<ModelCard> cards) {
        List<Object> data = new ArrayList<>();
        cards.forEach(card -> data.add(openAiCard(card)));
        return JsonTree.write(tree("object", "list", "data", data));
    }

    public static String openAi(ModelCard card) {
        return JsonTree.write(openAiCard(card));
    }

    private static Map<String, @Nullable Object> openAiCard(ModelCard card) {
        return tree("id", card.name(), "object", "model", "created", 0, "owned_by", card.provider());
    }

    /** The name in a body, under either of the names that clients use for it. */
    public static String named(String body) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.BAD_REQUEST);
        String name = JsonTree.text(map, "model");
        return name.isEmpty() ? JsonTree.text(map, "name") : name;
    }

    public static String anthropic(List<ModelCard> cards) {
        List<Object> data = new ArrayList<>();
        cards.forEach(card -> data.add(anthropicCard(card)));
        return JsonTree.write(tree(
                "data",
                data,
                "has_more",
                false,
                "first_id",
                cards.isEmpty() ? null : cards.getFirst().name(),
                "last_id",
                cards.isEmpty() ? null : cards.getLast().name()));
    }

    public static String anthropic(ModelCard card) {
        return JsonTree.write(anthropicCard(card));
    }

    private static Map<String, @Nullable Object> anthropicCard(ModelCard card) {
        return tree("type", "model", "id", card.name(), "display_name", card.name(), "created_at", EPOCH);
    }

    public static String ollamaTags(List<ModelCard> cards) {
        List<Object> models = new ArrayList<>();
        for (ModelCard card : cards) {
            models.add(tree(
                    "name",
                    card.name(),
                    "model",
                    card.name(),
                    "modified_at",
                    EPOCH,
                    "size",
                    0,
                    "digest",
                    card.digest(),
                    "details",
                    details(card)));
        }
        return JsonTree.write(tree("models", models));
    }

    private static Map<String, @Nullable Object> details(ModelCard card) {
        return tree(
                "parent_model",
                "",
                "format",
                card.digest().isEmpty() ? "" : "gguf",
                "family",
                card.provider(),
                "families",
                List.of(card.provider()),
                "parameter_size",
                "",
                "quantization_level",
                "");
    }

    public static String ollamaShow(ModelCard card) {
        List<String> abilities = new ArrayList<>();
        for (ModelRequest.Ability ability : ModelRequest.Ability.values()) {
            if (card.abilities().contains(ability)) {
                abilities.add(
                        switch (ability) {
                            case CHAT -> "completion";
                            case TOOLS -> "tools";
                            case JSON -> "json";
                            case IMAGES -> "vision";
                            case EMBED -> "embedding";
                        });
            }
        }
        return JsonTree.write(tree(
                "modelfile",
                "",
                "parameters",
                "",
                "template",
                "",
                "details",
                details(card),
                "model_info",
                tree(
                        "general.architecture",
                        card.provider(),
                        card.provider() + ".context_length",
                        card.contextTokens()),
                "capabilities",
                abilities,
                "modified_at",
                EPOCH));
    }

    /** The version of Ollama's interface that is spoken here, so that clients that look take what they can. */
    public static String ollamaVersion() {
        return JsonTree.write(tree("version", "0.12.0"));
    }
}
