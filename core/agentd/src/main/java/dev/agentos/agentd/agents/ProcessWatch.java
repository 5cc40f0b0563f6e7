package dev.agentos.agentd.agents;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.domain.consent.WaitingTime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.Sandbox.Status;
import dev.agentos.domain.port.Sandbox.Unlinked;
import dev.agentos.domain.port.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the service itself watches of process agents, because no kernel does: signs of life, wall time and the size of
 * the workspace. Who passes a limit is ended with a reason; the record says why before the first signal is sent.
 */
public final class ProcessWatch {

    /** A measurement of a workspace may take this share of the time, so a million files are looked at less often. */
    private static final int DISK_REST = 20;

    private static final long DISK_EVERY_NANOS = 1_000_000_000;

    /** So many looks in a row without an answer end an agent: one answer may be lost, a limit may not. */
    private static final int DISK_NOT_TOLD = 3;

    private final AgentBook book;
    private final ProcessAgents processes;
    private final ConsentService consent;
    private final SandboxPlans plans;
    private final TimeSource time;
    private final Map<String, Life> lives = new ConcurrentHashMap<>();

    public ProcessWatch(
            AgentBook book, ProcessAgents processes, ConsentService consent, SandboxPlans plans, TimeSource time) {
        this.book = book;
        this.processes = processes;
        this.consent = consent;
        this.plans = plans;
        this.time = time;
    }

    /** What is remembered of a run between two looks. Used by one thread. */
    private static final class Life {
        private long waitedFrom = -1;
        private long diskNext;
        private long cpuBefore = -1;
        private int notTold;
    }

    /** Looks at every running process agent. {@code usage} is what the sandboxes use now. */
    public void look(List<Status> usage) {
        Map<String, Status> byRun = new HashMap<>();
        usage.forEach(status -> byRun.put(status.incarnation(), status));
        for (AgentRecord agent : book.all()) {
            boolean alive = agent.state() == AgentState.RUNNING || agent.state() == AgentState.PAUSED;
            if (agent.isManaged() || !alive) {
                continue;
            }
            try {
                if (agent.stop().isPresent()) {
                    // It was to be ended, and still is there: the broker could not be reached then.
                    processes.kill(agent);
                    continue;
                }
                book.findDocument(agent.id())
                        .ifPresent(document -> look(agent, document, Optional.ofNullable(byRun.get(agent.run()))));
            } catch (RuntimeException e) {
                // One agent that cannot be looked at, or ended, must not keep the others from it.
                System.getLogger(ProcessWatch.class.getName())
                        .log(System.Logger.Level.WARNING, "watching " + agent.run() + " failed", e);
            }
        }
        lives.keySet().retainAll(book.all().stream().map(AgentRecord::run).toList());
    }

    private void look(AgentRecord agent, ContractDocument document, Optional<Status> status) {
        Life life = lives.computeIfAbsent(agent.run(), _ -> new Life());
        AgentRecord now = waiting(agent, life);
        if (wallTime(now, document, life) || now.state() != AgentState.RUNNING) {
            return;
        }
        if (!heartbeat(now, document)) {
            disk(now, document, life, status);
        }
    }

    // ------------------------------------------------------------------ wall time

    /** Keeps the time in which the agent is paused out of its budget. Where it also waits for a person, that counts. */
    private AgentRecord waiting(AgentRecord agent, Life life) {
        boolean waits = agent.state() == AgentState.PAUSED && consent.pendingOf(agent.id()) == 0;
        if (waits && life.waitedFrom < 0) {
            life.waitedFrom = time.nanos();
        } else if (!waits && life.waitedFrom >= 0) {
            long waited = (time.nanos() - life.waitedFrom) / 1_000_000;
            life.waitedFrom = -1;
            return book.decide(new Trace(Tracing.newCorrelation()), draft -> {
                        AgentRecord now = book.get(agent.id());
                        AgentRecord next = now.withWaitedMillis(now.waitedMillis() + waited);
                        draft.put(next);
                        return next;
                    })
                    .result();
        }
        return agent;
    }

    private boolean wallTime(AgentRecord agent, ContractDocument document, Life life) {
        if (agent.startedAt().isEmpty() || life.waitedFrom >= 0) {
            return false;
        }
        Duration allowed = document.contract().budget().wallTime();
        Instant from = Instant.parse(agent.startedAt());
        Instant now = time.now();
        long used = Duration.between(from, now).toMillis() - agent.waitedMillis();
        if (used <= allowed.toMillis()) {
            return false;
        }
        // The queue knows to the millisecond when a person was waited for, also of asks between two looks.
        used -= WaitingTime.within(consent.waitsOf(agent.run()), from, now).toMillis();
        if (used <= allowed.toMillis()) {
            return false;
        }
        String line = document.lineOf("budget.wall_time").toString();
        end(
                agent,
                new Event.LimitReached(
                        agent.id(), agent.run(), "budget.wall_time", used, allowed.toMillis(), "ms", line),
                new AgentRecord.Stop(
                        "budget.wall_time",
                        "it was stopped: its wall time is used up, " + seconds(used) + " of "
                                + seconds(allowed.toMillis()) + ", " + line,
                        true));
        return true;
    }

    private static String seconds(long millis) {
        return millis / 1000 + "." + millis % 1000 / 100 + " s";
    }

    // ------------------------------------------------------------------ signs of life

    private boolean heartbeat(AgentRecord agent, ContractDocument document) {
        Optional<Duration> allowed = document.contract().supervision().heartbeat();
        if (allowed.isEmpty()) {
            return false;
        }
        // The file may be older than this incarnation, which gets the whole time from its own start.
        OptionalLong since = processes.millisAlive(agent.run());
        long silent = Math.min(
                since.orElse(0), plans.millisSinceHeartbeat(agent, time.now()).orElse(Long.MAX_VALUE));
        if (silent <= allowed.get().toMillis()) {
            return false;
        }
        end(
                agent,
                new Event.HeartbeatMissed(
                        agent.id(), agent.run(), silent, allowed.get().toMillis()),
                new AgentRecord.Stop(
                        "heartbeat",
                        "it gave no sign of life for " + silent + " ms, "
                                + allowed.get().toMillis() + " ms are allowed, "
                                + document.lineOf("supervision.heartbeat_ms"),
                        false));
        return true;
    }

    // ------------------------------------------------------------------ disk

    private void disk(AgentRecord agent, ContractDocument document, Life life, Optional<Status> status) {
        long cpu = status.map(s -> s.cpuMicros().orElse(0)).orElse(0L);
        long from = time.nanos();
        // Who used no processor since the last look has written nothing either.
        if (from < life.diskNext || (cpu != 0 && cpu == life.cpuBefore)) {
            return;
        }
        var compute = document.contract().compute();
        Workspaces.Taken allowed = new Workspaces.Taken(compute.diskBytes(), compute.diskFiles(), 0);
        Workspaces.Taken named = Workspaces.taken(agent, allowed);
        Optional<Unlinked> told =
                processes.countsDeletedFiles() ? processes.unlinked(agent) : Optional.of(Unlinked.NONE);
        life.notTold = told.isPresent() ? 0 : life.notTold + 1;
        Unlinked nameless = told.orElse(Unlinked.NONE);
        // What could not be counted is looked at again, also when it does nothing meanwhile.
        life.cpuBefore = told.isPresent() ? cpu : -1;
        life.diskNext = from + Math.max(DISK_EVERY_NANOS / 2, (time.nanos() - from) * DISK_REST);
        String line = document.lineOf("compute.disk").toString();
        long bytes = named.bytes() + nameless.bytes();
        long files = named.files() + nameless.files();
        if (bytes > allowed.bytes()) {
            String why = "its workspace and output take more than " + mebibytes(allowed.bytes()) + " ("
                    + mebibytes(bytes) + " when it was measured" + deleted(nameless) + ")";
            stopForDisk(agent, bytes, allowed.bytes(), "bytes", why, line);
        } else if (files > allowed.files()) {
            String why = "its workspace holds more than " + allowed.files() + " files and folders (" + files
                    + " when it was measured" + deleted(nameless) + "), which is what its disk space allows";
            stopForDisk(agent, files, allowed.files(), "files", why, line);
        } else if (named.unseen() + nameless.unseen() > 0) {
            String why = (named.unseen() > 0
                            ? "its workspace has a folder that cannot be looked into, such as one nested too deep"
                            : "it has a process that cannot be looked into, or too many open files to count")
                    + ", so it cannot be held to " + mebibytes(allowed.bytes()) + " of disk space";
            stopForDisk(agent, bytes, allowed.bytes(), "bytes", why, line);
        } else if (life.notTold >= DISK_NOT_TOLD) {
            String why =
                    "the sandbox broker failed " + life.notTold + " times in a row to count its deleted files, so it"
                            + " cannot be held to " + mebibytes(allowed.bytes()) + " of disk space";
            stopForDisk(agent, bytes, allowed.bytes(), "bytes", why, line);
        }
    }

    private void stopForDisk(AgentRecord agent, long used, long allowed, String unit, String why, String line) {
        end(
                agent,
                new Event.LimitReached(agent.id(), agent.run(), "compute.disk", used, allowed, unit, line),
                new AgentRecord.Stop("limit.disk", "it was stopped: " + why + ", " + line, true));
    }

    private static String mebibytes(long bytes) {
        return bytes / (1024 * 1024) + " MiB";
    }

    private static String deleted(Unlinked nameless) {
        return nameless.files() == 0
                ? ""
                : ", " + mebibytes(nameless.bytes()) + " of it in " + nameless.files()
                        + (nameless.files() == 1 ? " deleted file" : " deleted files") + " that it keeps open";
    }

    private void end(AgentRecord agent, Event event, AgentRecord.Stop why) {
        boolean still = book.decide(new Trace(Tracing.newCorrelation()), draft -> {
                    AgentRecord now = book.get(agent.id());
                    boolean same = now.run().equals(agent.run())
                            && (now.state() == AgentState.RUNNING || now.state() == AgentState.PAUSED)
                            && now.stop().isEmpty();
                    if (same) {
                        draft.event(event).put(now.withStop(why));
                    }
                    return same;
                })
                .await();
        if (still) {
            processes.kill(agent);
        }
    }
}
