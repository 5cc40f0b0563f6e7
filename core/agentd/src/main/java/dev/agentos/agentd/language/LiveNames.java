package dev.agentos.agentd.language;

import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.domain.language.Names;
import dev.agentos.domain.policy.ToolDescriptor;
import java.util.List;
import java.util.function.Supplier;

/** What a sentence can name now: agents, tools, models, what waits and what was granted. */
public final class LiveNames implements Supplier<Names> {

    /** Sentences are about what is near; older agents are named by their whole id. */
    private static final int AGENTS = 200;

    private final AgentBook book;
    private final ConsentService consent;
    private final ToolGateway tools;

    public LiveNames(AgentBook book, ConsentService consent, ToolGateway tools) {
        this.book = book;
        this.consent = consent;
        this.tools = tools;
    }

    @Override
    public Names get() {
        List<AgentRecord> all = book.all();
        List<AgentRecord> near = all.subList(Math.max(0, all.size() - AGENTS), all.size());
        return new Names(
                near.stream().map(AgentRecord::id).toList(),
                near.stream()
                        .filter(agent -> !agent.state().isFinal())
                        .map(AgentRecord::id)
                        .toList(),
                List.of(),
                tools.descriptors().stream().map(ToolDescriptor::name).toList(),
                List.copyOf(book.ledger().machine().models()),
                consent.pending().stream().map(pending -> pending.ask().id()).toList(),
                consent.grants().stream().map(grant -> grant.id()).toList(),
                "");
    }
}
