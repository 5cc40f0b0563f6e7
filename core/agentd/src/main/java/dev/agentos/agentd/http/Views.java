package dev.agentos.agentd.http;

import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.StepView;
import dev.agentos.bridge.wire.AgentWire.Usage;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.GrantView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ServiceWire.CostView;
import dev.agentos.bridge.wire.ServiceWire.ToolView;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.policy.Label;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Sandbox.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** From the service's records to what clients see. */
final class Views {

    private static final String NEEDS_YOU = "needs you";

    private Views() {}

    static AgentView agent(AgentRecord agent, String latency, String binding, long asks, Optional<Status> usage) {
        boolean needsYou = asks > 0 && agent.state() == AgentState.RUNNING;
        return new AgentView(
                agent.id(),
                agent.name(),
                latency,
                binding,
                agent.kind(),
                agent.state().name().toLowerCase(Locale.ROOT),
                needsYou ? NEEDS_YOU : agent.state().word(),
                needsYou ? "?" : agent.state().glyph(),
                agent.reason(),
                agent.digest(),
                agent.verdict(),
                agent.bound().model(),
                agent.bound().capabilities().stream().sorted().toList(),
                agent.substitutions(),
                agent.receipt(),
                agent.run(),
                agent.isManaged() ? "" : agent.run(),
                agent.workspace(),
                agent.restartsTotal(),
                agent.createdAt(),
                agent.endedAt(),
                agent.exit(),
                new Usage(
                        usage.map(status -> status.cpuMicros().orElse(0)).orElse(0L),
                        usage.map(status -> status.memoryBytes().orElse(0)).orElse(0L),
                        agent.toolCalls()),
                agent.steps().stream()
                        .map(step -> new StepView(step.id(), step.tool(), step.state(), step.note()))
                        .toList(),
                asks);
    }

    /** An ask with every text through the one sanitiser. */
    static AskView ask(AskRecord record) {
        Ask ask = record.ask();
        DisplayText.Shown title = DisplayText.line(ask.title());
        DisplayText.Shown target = DisplayText.line(ask.target());
        DisplayText.Shown reason = DisplayText.line(ask.agentReason());
        DisplayText.Shown content = DisplayText.block(ask.content());
        Map<String, Object> facts = new LinkedHashMap<>();
        ask.facts().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(fact -> facts.put(
                        fact.getKey(),
                        fact.getValue() instanceof String text
                                ? DisplayText.line(text).text()
                                : fact.getValue()));
        return new AskView(
                ask.id(),
                ask.agent(),
                ask.run(),
                ask.step(),
                ask.tool(),
                target.text(),
                title.text(),
                reason.text(),
                facts,
                content.text(),
                title.escaped() || target.escaped() || reason.escaped() || content.escaped(),
                ask.risk().name().toLowerCase(Locale.ROOT),
                ask.confirmWord(),
                ask.reversible(),
                ask.contractLine(),
                DisplayText.line(ask.grantTarget()).text(),
                ask.askedAt().toString(),
                ask.expiresAt().map(Object::toString).orElse(""),
                ask.shown());
    }

    static ToolView tool(ToolDescriptor tool) {
        Map<String, List<String>> fields = new TreeMap<>();
        tool.writes().fields().forEach((path, labels) -> fields.put(path, labels.words()));
        return new ToolView(
                tool.name(),
                tool.capability(),
                tool.summary(),
                word(tool.effect()),
                tool.reversible(),
                tool.idempotent(),
                word(tool.idempotency()),
                tool.inputSchema(),
                new CostView(tool.cost().calls(), tool.cost().microUsd()),
                tool.reads().stream().sorted().map(Label::word).toList(),
                tool.writes().whole().words(),
                fields,
                tool.destinations(),
                tool.sensitive(),
                word(tool.cache()));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static GrantView grant(Grant grant) {
        return new GrantView(
                grant.id(),
                grant.agent(),
                grant.tool(),
                DisplayText.line(grant.target()).text(),
                grant.scope().word(),
                grant.run().orElse(""),
                grant.expiresAt().map(Object::toString).orElse(""),
                grant.by(),
                grant.givenAt().toString(),
                grant.used());
    }

    static EventView event(Recorded event) {
        return new EventView(
                event.seq(),
                event.time().toString(),
                event.kind(),
                event.agent(),
                event.run(),
                event.correlation(),
                event.data());
    }
}
