package dev.agentos.agentd.models;

import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelUsage;

/** Is told of every answer that was whole. */
public interface ModelObserver {

    /** @param now the monotonic clock */
    void answered(ModelCaller caller, ModelCard card, ModelCall call, ModelUsage usage, long now);
}
