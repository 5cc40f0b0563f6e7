package dev.agentos.agentd.agents;

import dev.agentos.agentd.egress.EgressCaller;
import dev.agentos.agentd.egress.EgressDoors;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.domain.contract.Consent;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.Unattended;
import dev.agentos.domain.egress.EgressRules;
import dev.agentos.domain.port.Journal.Trace;
import java.util.Optional;

/** Who an agent is at the way out: its present run and the rules of its contract. */
public final class EgressCallers implements EgressDoors.Callers {

    private final AgentBook book;

    public EgressCallers(AgentBook book) {
        this.book = book;
    }

    @Override
    public Optional<EgressCaller> find(String agent) {
        return book.find(agent).filter(record -> !record.state().isFinal()).map(this::caller);
    }

    private EgressCaller caller(AgentRecord agent) {
        ContractDocument document = book.document(agent.id());
        Consent consent = document.contract().consent();
        return new EgressCaller(
                agent.id(),
                agent.run(),
                agent.name(),
                EgressRules.of(document),
                new Trace(Tracing.newCorrelation()),
                consent.maxWait(),
                consent.unattended() == Unattended.REFUSE);
    }
}
