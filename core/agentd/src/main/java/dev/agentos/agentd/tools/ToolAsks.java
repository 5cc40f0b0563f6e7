package dev.agentos.agentd.tools;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.tools.Tool.Intent;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.agentd.tools.ToolGateway.Caller;
import dev.agentos.agentd.tools.ToolGateway.PlannedCall;
import dev.agentos.agentd.tools.ToolGateway.Waiting;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.GrantOption;
import dev.agentos.domain.consent.GrantOption.Cover;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.Origin;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.port.ConsentQueue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Puts calls, and whole plans of calls, to a person, and waits for the answer as long as the caller does. */
final class ToolAsks {

    /** In the key of a plan's ask; no step can be called so. */
    private static final String PLAN = "~plan";

    private final ConsentService consent;

    ToolAsks(ConsentService consent) {
        this.consent = consent;
    }

    /** Waits for the answer; empty when the caller has no more patience and the ask stays open. */
    Optional<Resolution> answer(ConsentQueue.Ticket ticket, Waiting waiting)
            throws ToolException, InterruptedException {
        boolean waits = !ticket.resolution().isDone();
        if (waits) {
            waiting.begins(consent.get(ticket.id()));
        }
        try {
            Optional<Duration> patience = waiting.patience();
            return Optional.of(
                    patience.isPresent()
                            ? ticket.resolution().get(patience.get().toMillis(), TimeUnit.MILLISECONDS)
                            : ticket.resolution().get());
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new ToolException("consent.failed", String.valueOf(e.getMessage()), "see agentctl consent list");
        } finally {
            if (waits) {
                waiting.ends();
            }
        }
    }

    AskRequest request(GovernedCall call, Decision.NeedsConsent needs, String why) throws ToolException {
        Caller caller = call.caller();
        ToolDescriptor descriptor = call.tool().descriptor();
        String target = call.considered().target();
        Map<String, Object> facts = new LinkedHashMap<>();
        String content;
        if (call.tool() instanceof Tool.Effectful effectful) {
            Intent intent = ToolGateway.planned(call, effectful);
            facts.putAll(intent.facts());
            content = intent.content();
        } else {
            content = WireJson.write(call.arguments().values());
        }
        facts.put("because", needs.reason());
        for (Origin origin : call.considered().circumstances().origins()) {
            facts.merge("origin of " + origin.argument(), origin.sentence(), (one, other) -> one + "; " + other);
        }
        return new AskRequest(
                AskKind.TOOL,
                caller.agent(),
                caller.run(),
                call.step(),
                call.key(),
                caller.contractName(),
                descriptor.name(),
                "use " + descriptor.name()
                        + CallTarget.words(call.targets(), call.considered().circumstances()),
                target,
                why,
                facts,
                content.isEmpty() ? new AskContent.None() : new AskContent.Text(content),
                Set.of(),
                descriptor.reversible(),
                needs.contractLine(),
                CallTarget.grant(target),
                List.of(),
                caller.askLimit(),
                caller.unattended());
    }

    // ------------------------------------------------------------------ plans

    /** Whether a plan fits a card. */
    boolean isReadable(List<PlannedCall> steps) {
        return text(steps, List.of()).length() <= AskContent.LIMIT / 2;
    }

    /** A step of a plan that would ask, with what its call acts on. */
    record Asking(PlannedCall step, String target, boolean reversible) {}

    /** Asks about a plan; empty when it may be followed. */
    Optional<CallOutcome.NotConsented> plan(List<PlannedCall> steps, List<Asking> asking, Waiting waiting)
            throws InterruptedException {
        Caller caller = steps.getFirst().caller();
        ConsentQueue.Ticket ticket = consent.ask(caller.trace(), planRequest(caller, steps, asking), List.of());
        try {
            return switch (answer(ticket, waiting).orElseThrow()) {
                case Resolution.Allowed _ -> Optional.empty();
                case Resolution.Denied denied -> Optional.of(new CallOutcome.NotConsented(denied.word(), denied.by()));
                case Resolution.Refused refused ->
                    Optional.of(new CallOutcome.NotConsented(refused.word(), refused.reason()));
                case Resolution.Expired expired ->
                    Optional.of(new CallOutcome.NotConsented(expired.word(), expired.by()));
                case Resolution.Withdrawn withdrawn ->
                    Optional.of(new CallOutcome.NotConsented(withdrawn.word(), withdrawn.by()));
            };
        } catch (ToolException e) {
            return Optional.of(new CallOutcome.NotConsented("failed", String.valueOf(e.getMessage())));
        }
    }

    private static AskRequest planRequest(Caller caller, List<PlannedCall> steps, List<Asking> asking) {
        List<PlannedCall> marked = asking.stream().map(Asking::step).toList();
        List<Cover> covers = asking.stream()
                .map(each -> new Cover(each.step().tool(), each.target()))
                .distinct()
                .toList();
        return new AskRequest(
                AskKind.PLAN,
                caller.agent(),
                caller.run(),
                PLAN,
                caller.run() + "/" + PLAN,
                caller.contractName(),
                "plan",
                "follow a plan of",
                steps.size() + " steps, " + asking.size() + " of which would ask",
                "",
                Map.of(
                        "steps that ask",
                        String.join(", ", marked.stream().map(PlannedCall::step).toList())),
                new AskContent.Text(text(steps, marked)),
                Set.of(),
                asking.stream().allMatch(Asking::reversible),
                caller.rules().line().apply("runtime.managed.plan"),
                "",
                List.of(
                        GrantOption.once("the run, and ask again at each of these steps"),
                        GrantOption.lasting(Scope.RUN, covers)),
                caller.askLimit(),
                caller.unattended());
    }

    /** Everything that is known of the plan: a person who allows it has seen what its steps would show. */
    private static String text(List<PlannedCall> steps, List<PlannedCall> asking) {
        StringBuilder text = new StringBuilder();
        for (PlannedCall step : steps) {
            text.append(asking.contains(step) ? "? " : "  ")
                    .append(step.step())
                    .append(": ")
                    .append(step.tool())
                    .append(' ')
                    .append(WireJson.write(step.arguments()))
                    .append('\n');
        }
        return text.append("Steps with ? would ask; steps whose values are made on the way are not in this list.\n")
                .toString();
    }
}
