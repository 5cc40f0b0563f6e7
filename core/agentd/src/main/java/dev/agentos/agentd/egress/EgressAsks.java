package dev.agentos.agentd.egress;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.GrantOption;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.contract.Security;
import dev.agentos.domain.egress.Destination;
import dev.agentos.domain.egress.EgressDecision.NeedsConsent;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.ConsentQueue.Ticket;
import dev.agentos.domain.port.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Connections that wait for a person. Connections of one agent to one place share one question; a yes for once lets
 * those through that wait for it, or the next one where the agent gave up waiting.
 */
final class EgressAsks {

    /** How long a no holds before the same place is asked about again. */
    private static final Duration AFTER_NO = Duration.ofMinutes(5);

    private final ConsentService consent;
    private final TimeSource time;
    private final EgressBook book;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Place, Held> held = new HashMap<>();
    private final Map<Place, Grant> unused = new HashMap<>();
    private final Map<Place, Instant> denied = new HashMap<>();

    EgressAsks(ConsentService consent, TimeSource time, EgressBook book) {
        this.consent = consent;
        this.time = time;
        this.book = book;
    }

    private record Place(String agent, String run, String target) {}

    private static final class Held {
        final CompletableFuture<Resolution> answer;
        int waiting;
        boolean taken;

        Held(CompletableFuture<Resolution> answer) {
            this.answer = answer;
        }
    }

    /** What became of the wait. */
    sealed interface Outcome {
        record Allowed(Grant grant) implements Outcome {}

        record Refused(String code, String reason, String next) implements Outcome {}

        /** The agent did not wait for the answer. */
        record GaveUp() implements Outcome {}
    }

    /**
     * Asks, or joins a question that is open, and waits for the answer.
     *
     * @param asked the record of the question, written once for each
     * @param gone completes when the agent gives up
     */
    Outcome await(
            EgressCaller caller,
            Destination destination,
            int port,
            NeedsConsent needs,
            Event.EgressDecided asked,
            CompletableFuture<?> gone)
            throws InterruptedException {
        Place place = new Place(caller.agent(), caller.run(), destination.withPort(port));
        Held question;
        lock.lock();
        try {
            Grant left = unused.remove(place);
            if (left != null) {
                return new Outcome.Allowed(left);
            }
            Instant until = denied.get(place);
            if (until != null && time.now().isBefore(until)) {
                return new Outcome.Refused(
                        "egress.denied",
                        "a person was asked about " + place.target() + " and did not allow it",
                        "it is asked again from " + until + "; or add it to egress.domains");
            }
            Held open = held.get(place);
            question = open != null ? open : ask(caller, destination, port, needs, asked, place);
            question.waiting++;
        } finally {
            lock.unlock();
        }
        try {
            CompletableFuture.anyOf(question.answer, gone).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            lock.lock();
            try {
                question.waiting--;
                question.taken |= question.answer.isDone();
            } finally {
                lock.unlock();
            }
        }
        return question.answer.isDone() ? settled(place, question.answer.join()) : new Outcome.GaveUp();
    }

    private Held ask(
            EgressCaller caller,
            Destination destination,
            int port,
            NeedsConsent needs,
            Event.EgressDecided asked,
            Place place) {
        String key = key(place);
        boolean open = consent.byKey(key).isPresent();
        Ticket ticket =
                consent.ask(caller.trace(), request(caller, key, destination, port, needs, asked.way()), List.of());
        if (!open && !ticket.id().isEmpty()) {
            book.asked(caller.trace(), asked);
        }
        Held question = new Held(ticket.resolution());
        held.put(place, question);
        var _ = question.answer.whenComplete((answer, failure) -> over(place, question, answer));
        return question;
    }

    /** The key of the question that is open, also of before a restart, or of a new one: an old answer is never reused. */
    private String key(Place place) {
        for (int i = 1; ; i++) {
            String key = place.run() + "/egress/" + place.target() + "/" + i;
            if (consent.byKey(key).map(AskRecord::isPending).orElse(true)) {
                return key;
            }
        }
    }

    private void over(Place place, Held question, @Nullable Resolution answer) {
        lock.lock();
        try {
            held.remove(place, question);
            switch (answer) {
                case null -> {}
                case Resolution.Allowed allowed -> {
                    if (allowed.scope() == Scope.ONCE && question.waiting == 0 && !question.taken) {
                        unused.put(place, once(place, allowed));
                    }
                }
                case Resolution.Denied _, Resolution.Expired _ ->
                    denied.put(place, time.now().plus(AFTER_NO));
                case Resolution.Withdrawn _, Resolution.Refused _ -> {}
            }
        } finally {
            lock.unlock();
        }
    }

    private static Outcome settled(Place place, Resolution answer) {
        String next = "add it to egress.domains, if this agent should always reach it";
        return switch (answer) {
            case Resolution.Allowed allowed ->
                new Outcome.Allowed(
                        allowed.grants().isEmpty()
                                ? once(place, allowed)
                                : allowed.grants().getFirst());
            case Resolution.Denied denied ->
                new Outcome.Refused("consent.denied", place.target() + " was not allowed by " + denied.by(), next);
            case Resolution.Expired _ ->
                new Outcome.Refused("consent.expired", "nobody answered about " + place.target() + " in time", next);
            case Resolution.Withdrawn withdrawn ->
                new Outcome.Refused(
                        "consent.withdrawn",
                        "the question was taken back: " + withdrawn.why(),
                        "let the agent try again");
            case Resolution.Refused refused -> new Outcome.Refused(refused.code(), refused.reason(), refused.next());
        };
    }

    /** The permission of a yes for once, as far as this one connection needs it. */
    private static Grant once(Place place, Resolution.Allowed allowed) {
        return new Grant(
                "",
                place.agent(),
                "",
                Security.NET_CONNECT,
                place.target(),
                Scope.ONCE,
                Optional.of(place.run()),
                Optional.empty(),
                Optional.empty(),
                allowed.by(),
                Instant.EPOCH,
                0);
    }

    private static AskRequest request(
            EgressCaller caller, String key, Destination destination, int port, NeedsConsent needs, String way) {
        String target = destination.withPort(port);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("host", destination.host());
        facts.put("port", (long) port);
        facts.put("way", way);
        facts.put("declared", caller.rules().declared().domains());
        facts.put("note", "it may send anything there; the name is looked up only after a yes");
        return new AskRequest(
                AskKind.DOMAIN,
                caller.agent(),
                caller.run(),
                "egress",
                key,
                caller.contractName(),
                Security.NET_CONNECT,
                "",
                target,
                "",
                facts,
                new AskContent.None(),
                Set.of(),
                false,
                needs.contractLine(),
                target,
                // A grant covers this host and port and nothing beside it, so it may last.
                GrantOption.usual(Security.NET_CONNECT, target, target),
                caller.askLimit(),
                caller.refuseUnattended());
    }

    /** Forgets an agent that is over; the queue takes its open questions back by itself. */
    void forget(String agent) {
        lock.lock();
        try {
            unused.keySet().removeIf(place -> place.agent().equals(agent));
            denied.keySet().removeIf(place -> place.agent().equals(agent));
        } finally {
            lock.unlock();
        }
    }
}
