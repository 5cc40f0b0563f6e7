package dev.agentos.agentd.http;

import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.StepView;
import dev.agentos.bridge.wire.AgentWire.Usage;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.GrantView;
import dev.agentos.bridge.wire.ConsentWire.OptionView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.ServiceWire.CostView;
import dev.agentos.bridge.wire.ServiceWire.ToolView;
import dev.agentos.domain.consent.AskDisplay;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.domain.doctor.Finding;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.policy.Label;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Sandbox.Status;
import java.util.ArrayList;
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
                agent.notes(),
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
        AskDisplay display = AskDisplay.of(ask);
        List<OptionView> options = new ArrayList<>();
        for (int i = 0; i < ask.options().size(); i++) {
            options.add(new OptionView(
                    ask.options().get(i).scope().word(), display.options().get(i)));
        }
        return new AskView(
                ask.id(),
                ask.agent(),
                ask.run(),
                DisplayText.line(ask.step()).text(),
                ask.tool(),
                display.target(),
                display.title(),
                display.agentReason(),
                new TreeMap<>(display.facts()),
                display.content(),
                display.escaped(),
                display.risk(),
                ask.confirmWord(),
                ask.reversible(),
                display.contractLine(),
                display.grantTarget(),
                ask.askedAt().toString(),
                ask.expiresAt().map(Object::toString).orElse(""),
                ask.shown(),
                ask.kind().word(),
                ask.contentKind(),
                ask.riskReason(),
                options,
                ask.group(),
                record.status(),
                DisplayText.line(record.by()).text());
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

    static GrantView grant(Grant grant, int open) {
        return new GrantView(
                grant.id(),
                grant.agent(),
                grant.tool(),
                DisplayText.name(grant.target()).text(),
                grant.scope().word(),
                grant.run().orElse(""),
                grant.expiresAt().map(Object::toString).orElse(""),
                DisplayText.line(grant.by()).text(),
                grant.givenAt().toString(),
                grant.used(),
                grant.ask(),
                grant.lastUsedAt().map(Object::toString).orElse(""),
                DisplayText.line(grant.lastUse()).text(),
                open);
    }

    static ServiceWire.Findings findings(List<Finding> findings) {
        return new ServiceWire.Findings(
                findings.stream().filter(Finding::isGap).count(),
                findings.stream()
                        .map(finding -> new ServiceWire.FindingView(
                                finding.code(),
                                finding.state(),
                                finding.mechanisms(),
                                finding.what(),
                                finding.consequence(),
                                finding.contractLines(),
                                finding.fix()))
                        .toList());
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
