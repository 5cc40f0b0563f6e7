package dev.agentos.agentd.consent;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.ConsentRules;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.ConsentQueue.OpenUse;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.StateChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The standing permissions and the uses that are open under them. Not safe for threads: the queue that owns it calls it
 * under its lock and writes what it is told to write.
 */
final class GrantBook {

    private static final String KIND = "grant";

    private final String bootId;
    private final Map<String, Grant> grants = new LinkedHashMap<>();
    private final Map<String, List<Hold>> holds = new LinkedHashMap<>();
    private long next = 1;

    GrantBook(String bootId) {
        this.bootId = bootId;
    }

    /** A use that is open under a grant. */
    private static final class Hold {
        private final Runnable ended;

        Hold(Runnable ended) {
            this.ended = ended;
        }
    }

    /** What ending some grants means: to be written first, and to be told once it is durable. */
    record Ending(List<Event> events, List<StateChange> changes, List<Runnable> told) {
        boolean isEmpty() {
            return events.isEmpty();
        }
    }

    /** Reads the grants. Those that held until a restart are over, which is written by the caller. */
    Ending load(Journal journal, Instant now) {
        for (Journal.StateDocument document : journal.state(KIND)) {
            Map<String, Object> fields = new LinkedHashMap<>(document.document());
            fields.putIfAbsent("ask", "");
            fields.putIfAbsent("last_use", "");
            Grant grant = WireJson.fromMap(fields, Grant.class);
            grants.put(grant.id(), grant);
            next = Math.max(next, Long.parseLong(grant.id().substring(grant.id().indexOf('-') + 1)) + 1);
        }
        return end(
                grant -> grant.scope() == Scope.RESTART
                        && !grant.bootId().map(bootId::equals).orElse(false),
                "the service was restarted",
                "agentd");
    }

    long next() {
        return next;
    }

    List<Grant> all() {
        return List.copyOf(grants.values());
    }

    List<Grant> ofAsk(String ask) {
        return grants.values().stream().filter(grant -> grant.ask().equals(ask)).toList();
    }

    Optional<Grant> find(String id) {
        return Optional.ofNullable(grants.get(id));
    }

    Optional<Grant> covering(String agent, String tool, String target, String run, Instant now) {
        return ConsentRules.covering(all(), agent, tool, target, run, bootId, now);
    }

    StateChange give(Grant grant) {
        grants.put(grant.id(), grant);
        next = Math.max(next, Long.parseLong(grant.id().substring(grant.id().indexOf('-') + 1)) + 1);
        return put(grant);
    }

    /** Counts a use; empty when the grant is gone. */
    Optional<StateChange> use(String id, String where, Instant now) {
        Grant grant = grants.get(id);
        if (grant == null) {
            return Optional.empty();
        }
        Grant used = grant.usedAt(now, where);
        grants.put(id, used);
        return Optional.of(put(used));
    }

    private static StateChange put(Grant grant) {
        return new StateChange.Put(KIND, grant.id(), WireJson.toMap(grant));
    }

    /** Keeps a use open; empty when the grant is gone. {@code under} runs the removal under the owner's lock. */
    Optional<OpenUse> hold(String id, Runnable ended, java.util.function.Consumer<Runnable> under) {
        if (!grants.containsKey(id)) {
            return Optional.empty();
        }
        Hold hold = new Hold(ended);
        holds.computeIfAbsent(id, _ -> new ArrayList<>()).add(hold);
        return Optional.of(() ->
                under.accept(() -> holds.getOrDefault(id, new ArrayList<>()).removeIf(each -> each == hold)));
    }

    /** Uses that are open now, by grant. */
    int open(String id) {
        return holds.getOrDefault(id, List.of()).size();
    }

    /** Ends grants: nothing decided from now on is covered by them. */
    Ending end(Predicate<Grant> which, String reason, String by) {
        List<Event> events = new ArrayList<>();
        List<StateChange> changes = new ArrayList<>();
        List<Runnable> told = new ArrayList<>();
        for (Grant grant : all()) {
            if (which.test(grant)) {
                grants.remove(grant.id());
                events.add(new Event.GrantEnded(grant.agent(), grant.id(), reason, by));
                changes.add(new StateChange.Remove(KIND, grant.id()));
                List<Hold> open = holds.remove(grant.id());
                if (open != null) {
                    open.forEach(hold -> told.add(hold.ended));
                }
            }
        }
        return new Ending(events, changes, told);
    }
}
