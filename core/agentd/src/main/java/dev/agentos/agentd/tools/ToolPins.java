package dev.agentos.agentd.tools;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.ServiceStatus;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolPin;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which tools are approved, each by the digest of what was approved. Built-in tools are approved by the release, all
 * others by a person; the approval is durable before the first call that rests on it.
 */
final class ToolPins implements CallGuard.Approvals {

    private final Journal journal;
    private final TimeSource time;
    private final Map<String, String> release;
    private final Map<String, PinRecord> approved = new ConcurrentHashMap<>();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    private record Known(ToolDescriptor descriptor, String digest) {}

    /** @param release digests of the tools that this release approves, by name */
    ToolPins(Journal journal, TimeSource time, Map<String, String> release) {
        this.journal = journal;
        this.time = time;
        this.release = Map.copyOf(release);
    }

    /**
     * Reads what was approved, and approves what is part of this release.
     *
     * @param builtIn tools of this release, judged by its list
     * @param embedded tools that the program around this service is made of; they change only with it
     */
    void load(Collection<Tool> builtIn, Collection<Tool> embedded) {
        for (Journal.StateDocument document : journal.state(PinRecord.KIND)) {
            PinRecord found = WireJson.fromMap(document.document(), PinRecord.class);
            approved.put(found.name(), found);
        }
        List<ToolPin> ours = builtIn.stream()
                .map(tool -> ToolPin.of(tool.descriptor()))
                .filter(pin -> pin.digest().equals(release.get(pin.name())))
                .toList();
        released("release " + ServiceStatus.VERSION, ours);
        released(
                "the program around this service",
                embedded.stream().map(tool -> ToolPin.of(tool.descriptor())).toList());
    }

    private void released(String by, List<ToolPin> pins) {
        List<PinRecord> fresh = pins.stream()
                .filter(pin -> !isApproved(pin))
                .map(pin -> record(pin, by))
                .toList();
        if (fresh.isEmpty()) {
            return;
        }
        Map<String, Object> now = new TreeMap<>();
        Map<String, Object> before = new TreeMap<>();
        for (PinRecord each : fresh) {
            now.put(each.name(), each.digest());
            of(each.name()).ifPresent(old -> before.put(old.name(), old.digest()));
        }
        journal.commit(new Batch(
                new Trace("release-" + ServiceStatus.VERSION),
                List.of(new Event.ToolsReleased(by, now, before)),
                fresh.stream().map(ToolPins::put).toList()));
        fresh.forEach(each -> approved.put(each.name(), each));
    }

    private boolean isApproved(ToolPin pin) {
        return of(pin.name())
                .map(PinRecord::digest)
                .filter(pin.digest()::equals)
                .isPresent();
    }

    private PinRecord record(ToolPin pin, String by) {
        return new PinRecord(
                pin.name(), pin.digest(), pin.json(), by, time.now().toString());
    }

    private static StateChange put(PinRecord pinned) {
        return new StateChange.Put(PinRecord.KIND, pinned.name(), WireJson.toMap(pinned));
    }

    /** What was approved under a name. */
    Optional<PinRecord> of(String name) {
        return Optional.ofNullable(approved.get(name));
    }

    @Override
    public Optional<Decision.Refused> refusal(Tool tool) {
        String name = tool.descriptor().name();
        String now;
        try {
            now = digest(tool);
        } catch (ToolException e) {
            return Optional.of(new Decision.Refused(e.code(), String.valueOf(e.getMessage()), "", e.next()));
        }
        Optional<PinRecord> pinned = of(name);
        if (pinned.isEmpty()) {
            return Optional.of(new Decision.Refused(
                    "tool.unapproved",
                    "nobody has approved the tool " + name,
                    "",
                    "read what it is, then approve it: agentctl tool approve " + name));
        }
        if (!pinned.get().digest().equals(now)) {
            return Optional.of(new Decision.Refused(
                    "tool.changed",
                    "the tool " + name + " is not what " + pinned.get().by() + " approved: its digest is " + now
                            + " now",
                    "",
                    "see what changed, then approve it again: agentctl tool approve " + name));
        }
        return Optional.empty();
    }

    /** A command is looked at each time; what is part of the program is the same until it ends. */
    private String digest(Tool tool) throws ToolException {
        if (tool instanceof CommandTool) {
            return tool.pin().digest();
        }
        ToolDescriptor descriptor = tool.descriptor();
        Known last = known.get(descriptor.name());
        if (last == null || !last.descriptor().equals(descriptor)) {
            last = new Known(descriptor, tool.pin().digest());
            known.put(descriptor.name(), last);
        }
        return last.digest();
    }

    /** Approves a tool as it is, if it is still what the person saw. */
    void approve(Trace trace, Tool tool, String seen, String by) {
        lock.lock();
        try {
            ToolPin pin = tool.pin();
            if (!pin.digest().equals(seen)) {
                throw new ServiceException(
                        ServiceException.Kind.CONFLICT,
                        "tool.changed",
                        pin.name() + " is " + pin.digest() + " now, and not what was shown",
                        "digest",
                        "look at it again: agentctl tool approve " + pin.name());
            }
            if (isApproved(pin)) {
                return;
            }
            PinRecord fresh = record(pin, by);
            String before = of(pin.name()).map(PinRecord::digest).orElse("");
            // Durable before anything rests on it.
            journal.commit(Batch.of(
                    trace, new Event.ToolApproval(pin.name(), "approved", pin.digest(), before, by), put(fresh)));
            approved.put(pin.name(), fresh);
        } catch (ToolException e) {
            throw new ServiceException(
                    ServiceException.Kind.REFUSED,
                    e.code(),
                    String.valueOf(e.getMessage()),
                    tool.descriptor().name(),
                    e.next());
        } finally {
            lock.unlock();
        }
    }

    /** A tool came in; it is not approved by that. */
    void added(Trace trace, ToolPin pin, String by) {
        String before = of(pin.name()).map(PinRecord::digest).orElse("");
        journal.commit(Batch.of(trace, new Event.ToolApproval(pin.name(), "added", pin.digest(), before, by)));
    }

    /** Forgets an approval: what comes under this name later starts unapproved. */
    void forget(Trace trace, String name, String by) {
        String before = of(name).map(PinRecord::digest).orElse("");
        journal.commit(Batch.of(
                trace,
                new Event.ToolApproval(name, "removed", "", before, by),
                new StateChange.Remove(PinRecord.KIND, name)));
        approved.remove(name);
    }
}
