package dev.agentos.agentd.agents;

import dev.agentos.agentd.models.door.ModelDoors;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.port.Journal.Trace;
import java.util.Optional;

/** Who an agent is at the models: its present run and what its contract says of them. */
public final class ModelCallers implements ModelDoors.Callers {

    private final AgentBook book;

    public ModelCallers(AgentBook book) {
        this.book = book;
    }

    @Override
    public Optional<ModelCaller> find(String agent, Trace trace) {
        return book.find(agent)
                .filter(record -> !record.state().isFinal())
                .flatMap(record -> book.findDocument(agent)
                        .map(document -> ModelCaller.of(record.id(), record.run(), document, trace)));
    }
}
