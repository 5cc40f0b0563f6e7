package dev.agentos.agentd.fake;

import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelProvider.Embeddings;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.Models;
import java.util.List;

/** No model at all, for tests that call none. */
public final class NoModels implements Models {

    @Override
    public ModelReply call(ModelCaller caller, ModelRequest request, ChunkSink sink) throws ModelException {
        throw new ModelException(Kind.NOT_FOUND, "there is no model here", "");
    }

    @Override
    public Embeddings embed(ModelCaller caller, String model, List<String> texts) throws ModelException {
        throw new ModelException(Kind.NOT_FOUND, "there is no model here", "");
    }

    @Override
    public List<ModelCard> list(ModelCaller caller) {
        return List.of();
    }
}
