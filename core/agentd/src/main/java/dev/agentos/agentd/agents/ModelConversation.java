package dev.agentos.agentd.agents;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.agentos.agentd.recording.Outcomes;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.filter.Spotlight;
import dev.agentos.domain.managed.AgentContext;
import dev.agentos.domain.managed.AgentLoop;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import dev.agentos.domain.policy.ToolDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a contract and the input of a run are to a model: the first messages and the tools. */
final class ModelConversation {

    private ModelConversation() {}

    /** Whether a model drives agents of this contract. */
    static boolean isFor(AgentContract contract) {
        return contract.runtime() instanceof AgentRuntime.Managed managed
                && managed.prompt().isPresent()
                && managed.plan().isEmpty();
    }

    private static String prompt(ContractDocument document) {
        return document.contract().runtime() instanceof AgentRuntime.Managed managed
                ? managed.prompt().orElse("")
                : "";
    }

    /** The schema that the answer must fit; empty for any text. */
    static Map<String, Object> answer(ContractDocument document) {
        return document.contract().runtime() instanceof AgentRuntime.Managed managed ? managed.answer() : Map.of();
    }

    /** What is wrong with an answer; empty where it fits its schema. */
    static Optional<String> faultOf(ContractDocument document, String answer) {
        try {
            List<Error> errors = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(WireJson.write(answer(document)), InputFormat.JSON)
                    .validate(answer, InputFormat.JSON);
            return errors.stream()
                    .map(error -> error.getInstanceLocation() + " " + error.getMessage())
                    .findFirst();
        } catch (RuntimeException e) {
            // The validator's reader has many ways to say that a text is no JSON.
            return Optional.of("it is no JSON");
        }
    }

    /** Everything that the person wrote for this run. */
    static String person(ContractDocument document, AgentRecord agent) {
        return prompt(document) + "\n" + task(agent);
    }

    /** The input as the model is told it: its {@code task} alone, or all of it by name. */
    private static String task(AgentRecord agent) {
        if (agent.input().size() == 1 && agent.input().get("task") instanceof String task) {
            return task;
        }
        return agent.input().isEmpty()
                ? "Begin."
                : agent.input().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + ": " + entry.getValue())
                        .collect(Collectors.joining("\n"));
    }

    static AgentContext begin(ContractDocument document, AgentRecord agent) {
        return begin(Tracing.newCorrelation().replace("-", ""), document, agent);
    }

    static AgentContext begin(String nonce, ContractDocument document, AgentRecord agent) {
        // Without tools nothing comes from outside, and the borders need no explanation.
        String rule = agent.bound().capabilities().isEmpty() ? "" : "\n\n" + Spotlight.rule(nonce);
        return AgentContext.begin(
                nonce,
                List.of(
                        ModelMessage.of(ModelMessage.Role.SYSTEM, prompt(document) + rule),
                        ModelMessage.user(task(agent))));
    }

    static AgentLoop loop(ContractDocument document, AgentRecord agent, List<ToolDescriptor> descriptors) {
        List<ToolSpec> tools = descriptors.stream()
                .filter(tool -> agent.bound().capabilities().contains(tool.capability()))
                .map(tool -> new ToolSpec(told(tool.name()), tool.summary(), schema(tool.inputSchema())))
                .toList();
        AgentContract contract = document.contract();
        String model = contract.modelPolicy().allow().isEmpty()
                ? ""
                : contract.modelPolicy().allow().getFirst();
        // Turns are counted at the models, where a person can give more of them.
        return new AgentLoop(model, tools, Integer.MAX_VALUE, answer(document));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> schema(String json) {
        return WireJson.read(json, Map.class);
    }

    /** The name as models' wires take it: letters, digits, {@code _} and {@code -}. */
    static String told(String name) {
        return name.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    /** The tool that a model means; its own word where there is none, which the gateway then refuses. */
    static String toolOf(String told, List<ToolDescriptor> descriptors) {
        return descriptors.stream()
                .map(ToolDescriptor::name)
                .filter(name -> told(name).equals(told) || name.equals(told))
                .findFirst()
                .orElse(told);
    }

    /** A recorded outcome as the loop takes it. */
    static AgentLoop.Result result(Map<String, Object> outcome) {
        return new AgentLoop.Result(
                Outcomes.text(outcome), Outcomes.isUntrusted(outcome), Outcomes.isSuspected(outcome));
    }
}
