package dev.agentos.agentd.models;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.domain.budget.BudgetMeter.AtLimit;
import dev.agentos.domain.budget.BudgetMeter.Verdict;
import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.GrantOption;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.port.ConsentQueue.Ticket;
import dev.agentos.domain.port.Journal.Trace;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * Agents at a limit: they are paused, a person is asked for as much again, and after a yes they go on, also when the
 * service was restarted in between. Without a yes they stay paused; who resumes one lets it ask anew.
 */
final class BudgetAsks {

    private final BudgetBook book;
    private final ConsentService consent;
    private final Map<String, CompletableFuture<Boolean>> open = new ConcurrentHashMap<>();
    private volatile AgentControl control = AgentControl.NONE;

    BudgetAsks(BudgetBook book, ConsentService consent) {
        this.book = book;
        this.consent = consent;
    }

    /** Takes up the questions of before a restart. */
    void load(AgentControl agents) {
        control = agents;
        for (AskRecord record : consent.all()) {
            Map<String, Object> facts = record.ask().facts();
            if (record.ask().kind() != AskKind.BUDGET || !(facts.get("key") instanceof String key)) {
                continue;
            }
            Limit limit = new Limit(
                    key,
                    String.valueOf(facts.get("field")),
                    String.valueOf(facts.get("limit")),
                    new BigDecimal(String.valueOf(facts.get("more"))),
                    String.valueOf(facts.get("used")));
            // An answer whose raise was written counts already.
            if (record.key().endsWith("/" + book.asked(key, limit.field()))) {
                var _ = consent.answerOf(record.ask().id())
                        .thenAcceptAsync(answered -> takeUp(answered, limit), Thread::startVirtualThread);
            }
        }
    }

    private void takeUp(AskRecord answered, Limit limit) {
        boolean yes = answered.resolution(List.of()).map(BudgetAsks::allowed).orElse(false);
        settled(
                new Trace(answered.ask().id()),
                answered.ask().agent(),
                answered.ask().run(),
                limit,
                yes,
                answered.by());
    }

    /** A limit that was used up, as far as its answer needs it. */
    private record Limit(String key, String field, String name, BigDecimal more, String used) {}

    /**
     * Waits until a limit is raised.
     *
     * @throws ModelException of kind BUDGET where it is not
     */
    void settle(ModelCaller caller, String key, Verdict.Over over) throws ModelException, InterruptedException {
        if (caller.isOperator()) {
            throw BudgetBook.exceeded(over, "the call is not made");
        }
        String field = over.limit().field();
        String askKey = key + "/" + field + "/" + book.asked(key, field);
        CompletableFuture<Boolean> fresh = new CompletableFuture<>();
        CompletableFuture<Boolean> answer = open.putIfAbsent(askKey, fresh);
        if (answer == null) {
            answer = fresh;
            begin(caller, key, askKey, over, fresh);
        }
        try {
            if (!answer.get()) {
                throw BudgetBook.exceeded(over, "the agent is paused, its state is kept");
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void begin(
            ModelCaller caller, String key, String askKey, Verdict.Over over, CompletableFuture<Boolean> answer) {
        try {
            book.record(caller.trace(), BudgetBook.event(caller, over, "reached", "agentd"));
            if (over.limit().atLimit() == AtLimit.STOP) {
                control.pause(caller.agent(), over.words());
                open.remove(askKey);
                answer.complete(false);
                return;
            }
            // As much again as the limit was: a round number that a person can judge.
            BigDecimal more = over.limit().most().signum() == 0
                    ? BigDecimal.ONE
                    : over.limit().most();
            Limit limit =
                    new Limit(key, over.limit().field(), over.limit().name(), more, BudgetBook.plain(over.used()));
            // Asked first and paused then: an end of the service between the two leaves nobody paused without a
            // question.
            Ticket ticket = consent.ask(caller.trace(), request(caller, askKey, over, limit), List.of());
            control.pause(caller.agent(), over.words());
            var _ = ticket.resolution()
                    .whenComplete((resolution, failure) -> Thread.startVirtualThread(() -> {
                        boolean yes = failure == null && allowed(resolution);
                        try {
                            settled(
                                    caller.trace(),
                                    caller.agent(),
                                    caller.run(),
                                    limit,
                                    yes,
                                    failure == null ? resolution.by() : "agentd");
                        } finally {
                            open.remove(askKey);
                            answer.complete(yes);
                        }
                    }));
        } catch (RuntimeException e) {
            open.remove(askKey);
            answer.completeExceptionally(e);
            throw e;
        }
    }

    private static boolean allowed(Resolution resolution) {
        return resolution instanceof Resolution.Allowed;
    }

    private void settled(Trace trace, String agent, String run, Limit limit, boolean yes, String by) {
        BigDecimal more = yes ? limit.more() : BigDecimal.ZERO;
        List<Event> events = yes
                ? List.of(new Event.BudgetChanged(
                        agent,
                        run,
                        limit.name(),
                        "raised",
                        limit.used(),
                        BudgetBook.plain(limit.more().multiply(BigDecimal.TWO)),
                        by,
                        ""))
                : List.of();
        book.answered(trace, limit.key(), limit.field(), more, events);
        if (yes) {
            control.resume(agent, limit.name() + " was raised by " + by);
        }
    }

    private static AskRequest request(ModelCaller caller, String askKey, Verdict.Over over, Limit limit) {
        String most = BudgetBook.plain(over.limit().most());
        String raised = BudgetBook.plain(over.limit().most().add(limit.more()));
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("key", limit.key());
        facts.put("field", limit.field());
        facts.put("limit", limit.name());
        facts.put("used", limit.used());
        facts.put("allowed", most);
        facts.put("more", BudgetBook.plain(limit.more()));
        facts.put("note", "the agent is paused; its state is kept whatever is answered");
        String object = limit.name() + " from " + most + " to " + raised;
        return new AskRequest(
                AskKind.BUDGET,
                caller.agent(),
                caller.run(),
                "budget",
                askKey,
                caller.contract(),
                "budget.raise",
                "",
                object,
                "",
                facts,
                new AskContent.None(),
                Set.of(),
                false,
                over.limit().line(),
                limit.name(),
                List.of(GrantOption.once("raising " + object)),
                caller.askLimit(),
                caller.refuseUnattended());
    }
}
