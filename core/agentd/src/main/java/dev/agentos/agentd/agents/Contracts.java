package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.ContractWire;
import dev.agentos.bridge.wire.ContractWire.ContractText;
import dev.agentos.domain.admission.Admission;
import dev.agentos.domain.admission.Ledger;
import dev.agentos.domain.admission.Verdict;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ContractWords;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.contract.Problem;
import java.util.List;
import java.util.Locale;

/** Contracts looked at without running anything: validation and a dry admission. */
public final class Contracts {

    private Contracts() {}

    /** Every problem and warning, and what the contract allows in words. */
    public static ContractWire.Report validate(ContractText text) {
        return switch (ContractParser.parse(text.text(), text.source())) {
            case ParseOutcome.Parsed parsed ->
                new ContractWire.Report(
                        true,
                        parsed.document().contract().name(),
                        parsed.document().digest(),
                        parsed.warnings().stream().map(Contracts::problem).toList(),
                        ContractWords.describe(parsed.document().contract()));
            case ParseOutcome.Invalid invalid ->
                new ContractWire.Report(
                        false,
                        "",
                        "",
                        invalid.problems().stream().map(Contracts::problem).toList(),
                        List.of());
        };
    }

    /**
     * What admission would say now. Nothing is promised.
     *
     * @param paces how fast the models are that an agent of the contract could be bound to
     */
    public static ContractWire.Admission admit(
            ContractText text, Ledger ledger, List<String> substitutes, Paces paces) {
        ContractDocument document =
                AgentSpawning.parse(text.source(), text.text(), text.latency(), text.binding(), List.of());
        String name = document.contract().name();
        String digest = document.digest();
        return switch (Admission.decide(document, ledger, substitutes, paces.of(document, substitutes))) {
            case Verdict.Admitted a ->
                new ContractWire.Admission(
                        "admitted",
                        name,
                        digest,
                        a.bound().model(),
                        List.copyOf(a.bound().capabilities()),
                        List.of(),
                        List.of(),
                        a.notes());
            case Verdict.Substituted s ->
                new ContractWire.Admission(
                        "substituted",
                        name,
                        digest,
                        s.bound().model(),
                        List.copyOf(s.bound().capabilities()),
                        List.of(),
                        s.substitutions().stream().map(AgentSpawning::view).toList(),
                        s.notes());
            case Verdict.Rejected r ->
                new ContractWire.Admission(
                        "rejected",
                        name,
                        digest,
                        "",
                        List.of(),
                        r.items().stream()
                                .map(item -> new ContractWire.ItemView(
                                        item.resource(),
                                        item.wanted(),
                                        item.available(),
                                        item.contractLine(),
                                        item.help()))
                                .toList(),
                        List.of(),
                        List.of());
        };
    }

    static ContractWire.ProblemView problem(Problem problem) {
        return new ContractWire.ProblemView(
                problem.severity().name().toLowerCase(Locale.ROOT),
                problem.code(),
                problem.source(),
                problem.line(),
                problem.column(),
                problem.path(),
                problem.message(),
                problem.next());
    }

    /** The error for an agent that is a process. */
    static ServiceException notManaged(String id) {
        return new ServiceException(
                ServiceException.Kind.CONFLICT,
                "agent.process",
                id + " is a process agent: what it does inside is not the service's to go through again",
                id,
                "only runs of managed agents are recorded and replayed");
    }

    /** The error for an agent that is not a process. */
    static ServiceException notAProcess(String id) {
        return new ServiceException(
                ServiceException.Kind.CONFLICT,
                "agent.managed",
                id + " is a managed agent and has no process",
                id,
                "see agentctl show " + id);
    }
}
