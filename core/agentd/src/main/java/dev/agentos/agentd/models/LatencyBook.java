package dev.agentos.agentd.models;

import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.schedule.LatencyHistogram;
import dev.agentos.domain.schedule.SloWatch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** How long answers took: of each agent against its objectives, and of each model, which is its measured profile. */
public final class LatencyBook implements ModelObserver {

    /** Agents that are remembered; the one that was quiet longest is forgotten. */
    private static final int MOST = 2_048;

    private final Journal journal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, SloWatch> agents = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SloWatch> eldest) {
            return size() > MOST;
        }
    };
    private final Map<String, Speed> models = new TreeMap<>();

    /** Prompts that are shorter say more of a model's start than of how fast it reads. */
    private static final long READ_AT_LEAST = 64;

    private final Map<String, Held> providers = new TreeMap<>();

    private static final class Speed {
        private final LatencyHistogram onset = new LatencyHistogram();
        private final LatencyHistogram turn = new LatencyHistogram();
        private final LatencyHistogram rate = new LatencyHistogram();
        private final LatencyHistogram reading = new LatencyHistogram();
    }

    /** How long answers hold a slot of a provider. */
    private static final class Held {
        private final LatencyHistogram byAnybody = new LatencyHistogram();
        private final LatencyHistogram byWhoCanWait = new LatencyHistogram();

        double longest() {
            return (byWhoCanWait.count() > 0 ? byWhoCanWait : byAnybody).at(1);
        }
    }

    /**
     * How fast a model was here, over its last answers and without the time in queues.
     *
     * @param answers how many there were
     * @param promptTokensPerSecond how fast it reads what it did not know; 0 for unknown
     * @param heldMillis the longest answer at its provider of somebody who can wait, or of anybody where nobody could
     */
    public record Profile(
            long answers,
            double onsetMillis,
            double onsetMillisP95,
            double turnMillis,
            double tokensPerSecond,
            double promptTokensPerSecond,
            double heldMillis) {

        static final Profile NOTHING = new Profile(0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * How an agent's answers were.
     *
     * @param missed objectives that were missed
     * @param onsetObjective what the contract promises for the first token, in milliseconds; empty for nothing
     */
    public record Latency(
            long answers,
            double onsetMillis,
            double onsetMillisP95,
            double turnMillis,
            double turnMillisP95,
            double jitterPct,
            long missed,
            OptionalLong onsetObjective) {

        static final Latency NOTHING = new Latency(0, 0, 0, 0, 0, 0, 0, OptionalLong.empty());
    }

    public LatencyBook(Journal journal) {
        this.journal = journal;
    }

    @Override
    public void answered(ModelCaller caller, ModelCard card, ModelCall call, ModelUsage usage, long now) {
        Duration onset = Duration.ofNanos(call.onsetNanos());
        Duration turn = Duration.ofNanos(call.turnNanos(now));
        lock.lock();
        try {
            profile(caller, card, call, usage, now);
            if (!caller.isOperator()) {
                for (SloWatch.Miss miss : agents.computeIfAbsent(caller.agent(), _ -> new SloWatch(caller.slo()))
                        .add(onset, turn)) {
                    var _ = journal.submit(Batch.of(caller.trace(), missed(caller, call, miss)));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void profile(ModelCaller caller, ModelCard card, ModelCall call, ModelUsage usage, long now) {
        double first = call.modelOnsetNanos() / 1e6;
        double whole = call.modelTurnNanos(now) / 1e6;
        if (first <= 0) {
            return;
        }
        Speed speed = models.computeIfAbsent(card.name(), _ -> new Speed());
        speed.onset.add(first);
        speed.turn.add(whole);
        if (usage.completion() > 1 && whole > first) {
            speed.rate.add((usage.completion() - 1) * 1_000 / (whole - first));
        }
        long read = usage.prompt() - usage.cached();
        if (read >= READ_AT_LEAST) {
            speed.reading.add(read * 1_000 / first);
        }
        Held held = providers.computeIfAbsent(card.provider(), _ -> new Held());
        held.byAnybody.add(whole);
        if (caller.latency() == LatencyClass.DT) {
            held.byWhoCanWait.add(whole);
        }
    }

    private static Event missed(ModelCaller caller, ModelCall call, SloWatch.Miss miss) {
        String field = miss.objective().equals("jitter") ? "slo.jitter_p95_pct" : "slo." + miss.objective() + "_ms";
        return new Event.SloMissed(
                caller.agent(),
                caller.run(),
                call.id(),
                miss.objective(),
                miss.measured(),
                miss.allowed(),
                caller.line().apply(field));
    }

    /** The measured profile of a model. */
    public Profile profile(ModelCard card) {
        lock.lock();
        try {
            Speed speed = models.get(card.name());
            Held held = providers.get(card.provider());
            return speed == null
                    ? Profile.NOTHING
                    : new Profile(
                            speed.onset.count(),
                            speed.onset.at(0.5),
                            speed.onset.at(0.95),
                            speed.turn.at(0.5),
                            speed.rate.at(0.5),
                            speed.reading.at(0.5),
                            held == null ? 0 : held.longest());
        } finally {
            lock.unlock();
        }
    }

    /** Agents' latencies, by agent. */
    public Map<String, Latency> latencies() {
        lock.lock();
        try {
            Map<String, Latency> all = new TreeMap<>();
            agents.forEach((agent, watch) -> all.put(
                    agent,
                    new Latency(
                            watch.onset().count(),
                            watch.onset().at(0.5),
                            watch.onset().at(0.95),
                            watch.turn().at(0.5),
                            watch.turn().at(0.95),
                            watch.onset().jitterPct(),
                            watch.missed(),
                            watch.slo()
                                    .onset()
                                    .map(Duration::toMillis)
                                    .map(OptionalLong::of)
                                    .orElse(OptionalLong.empty()))));
            return all;
        } finally {
            lock.unlock();
        }
    }
}
