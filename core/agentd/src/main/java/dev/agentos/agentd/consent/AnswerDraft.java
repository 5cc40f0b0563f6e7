package dev.agentos.agentd.consent;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.consent.ConsentService.Reply;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.ConsentRules;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.StateChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What an answer changes, put together before any of it is written: all of it becomes durable at once, or nothing. */
final class AnswerDraft {

    private final Instant now;
    private final String bootId;
    private final List<AskRecord> closed = new ArrayList<>();
    private final List<Grant> grants = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final List<StateChange> changes = new ArrayList<>();
    private final List<Use> uses = new ArrayList<>();

    /** A grant answered an ask that was already waiting. */
    record Use(String grant, String where) {}

    AnswerDraft(Instant now, String bootId) {
        this.now = now;
        this.bootId = bootId;
    }

    /**
     * Takes one answer in.
     *
     * @throws ServiceException when it does not count
     */
    void judge(AskRecord record, Answer answer, boolean answererIsAgent, long nextGrant) {
        Ask ask = record.ask();
        switch (ConsentRules.judge(
                ask, answer, answererIsAgent, record.contract(), bootId, nextGrant + grants.size(), now)) {
            case ConsentRules.Verdict.Allowed allowed -> {
                Scope scope = answer.scope();
                close(record.closed(AskRecord.ALLOWED, answer.by(), scope.word(), now.toString()), answer);
                allowed.grants().stream().filter(this::isNew).toList().forEach(grant -> give(ask, grant));
            }
            case ConsentRules.Verdict.Denied _ ->
                close(record.closed(AskRecord.DENIED, answer.by(), "", now.toString()), answer);
            case ConsentRules.Verdict.Invalid invalid ->
                throw new ServiceException(
                        ServiceException.Kind.CONFLICT, invalid.code(), invalid.reason(), ask.id(), invalid.next());
        }
    }

    /**
     * One answer is for one ask, or for several of one group.
     *
     * @throws ServiceException when they are not
     */
    static void oneGroup(List<AskRecord> records) {
        String group = records.getFirst().ask().group();
        boolean same = records.stream().allMatch(record -> record.ask().group().equals(group));
        long distinct =
                records.stream().map(record -> record.ask().id()).distinct().count();
        if (records.size() > 1 && (group.isEmpty() || !same || distinct < records.size())) {
            throw new ServiceException(
                    ServiceException.Kind.CONFLICT,
                    "consent.no-group",
                    "these asks are not of one group",
                    records.getFirst().ask().id(),
                    "answer them one by one");
        }
    }

    /** The members of a group give one grant and not one each. */
    private boolean isNew(Grant grant) {
        return grants.stream()
                .noneMatch(given -> given.tool().equals(grant.tool())
                        && given.target().equals(grant.target())
                        && given.scope() == grant.scope());
    }

    private void give(Ask ask, Grant grant) {
        grants.add(grant);
        events.add(new Event.GrantGiven(
                ask.agent(),
                ask.run(),
                grant.id(),
                ask.id(),
                grant.tool(),
                grant.target(),
                grant.scope().word(),
                grant.by()));
    }

    private void close(AskRecord record, Answer answer) {
        closed.add(record);
        events.add(event(record, answer.shown(), answer.seen().orElse("")));
        changes.add(ConsentService.put(record));
    }

    static Event event(AskRecord record, String shown, String seen) {
        Ask ask = record.ask();
        return new Event.ConsentAnswered(
                ask.agent(), ask.run(), ask.id(), record.status(), record.by(), record.scope(), shown, seen);
    }

    /** Closes pending asks that the new grants cover: asked a moment later, nobody would be asked. */
    void coverMore(Collection<AskRecord> pending, List<Reply> answered) {
        for (AskRecord record : pending) {
            if (answered.stream()
                    .anyMatch(reply -> reply.ask().equals(record.ask().id()))) {
                continue;
            }
            grants.stream()
                    .filter(grant -> ConsentRules.answers(grant, record.ask(), bootId, now))
                    .findFirst()
                    .ifPresent(grant -> {
                        AskRecord next = record.closed(
                                AskRecord.ALLOWED,
                                grant.id() + " of " + grant.by(),
                                grant.scope().word(),
                                now.toString());
                        closed.add(next);
                        events.add(event(next, "", ""));
                        changes.add(ConsentService.put(next));
                        uses.add(new Use(grant.id(), record.key()));
                    });
        }
    }

    void change(StateChange change) {
        changes.add(change);
    }

    List<AskRecord> closed() {
        return closed;
    }

    List<Grant> grants() {
        return grants;
    }

    List<Event> events() {
        return events;
    }

    List<StateChange> changes() {
        return changes;
    }

    List<Use> uses() {
        return uses;
    }
}
