package dev.agentos.domain.model;

import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.Budget;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.contract.ModelPolicy;
import dev.agentos.domain.contract.Slo;
import dev.agentos.domain.contract.Unattended;
import dev.agentos.domain.port.Journal.Trace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Who calls a model, and what holds for it.
 *
 * @param policy which models it may call; empty for the operator, who may call all
 * @param scopes the data that its prompts may hold; prompts of different scopes share no cache
 * @param line turns a contract path such as {@code modelPolicy.allow} into {@code file:line:column}
 * @param askLimit how long a question to a person may wait
 * @param refuseUnattended whether a question is refused while nobody is there to see it
 */
public record ModelCaller(
        String agent,
        String run,
        String contract,
        Optional<ModelPolicy> policy,
        Binding binding,
        Budget budget,
        LatencyClass latency,
        Slo slo,
        List<String> scopes,
        UnaryOperator<String> line,
        Trace trace,
        Duration askLimit,
        boolean refuseUnattended) {

    /** An agent in its present run. */
    public static ModelCaller of(String agent, String run, ContractDocument document, Trace trace) {
        AgentContract contract = document.contract();
        return new ModelCaller(
                agent,
                run,
                contract.name(),
                Optional.of(contract.modelPolicy()),
                contract.binding(),
                contract.budget(),
                contract.latency(),
                contract.slo(),
                contract.security().dataScopes(),
                path -> document.lineOf(path).toString(),
                trace,
                contract.consent().maxWait(),
                contract.consent().unattended() == Unattended.REFUSE);
    }

    /** The operator at agentd's own door: every model, no budget of a contract. */
    public static ModelCaller operator(Trace trace) {
        return new ModelCaller(
                "",
                "",
                "",
                Optional.empty(),
                Binding.STRICT,
                Budget.DEFAULT,
                LatencyClass.SRT,
                Slo.NONE,
                List.of(),
                path -> path,
                trace,
                Duration.ZERO,
                false);
    }

    public ModelCaller {
        scopes = List.copyOf(new TreeSet<>(scopes));
    }

    public boolean isOperator() {
        return policy.isEmpty();
    }

    /** What names the cache that its prompts may share: the scopes, or the agent itself where it declares none. */
    public String scope() {
        return scopes.isEmpty() ? "agent:" + agent : "scopes:" + String.join(",", scopes);
    }
}
