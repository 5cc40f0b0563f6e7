package dev.agentos.agentd.models;

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

    private static final class Speed {
        private final LatencyHistogram onset = new LatencyHistogram();
        private final LatencyHistogram rate = new LatencyHistogram();
    }

    /**
     * How fast a model was here, over its last answers.
     *
     * @param answers how many there were
     */
    public record Profile(long answers, double onsetMillis, double onsetMillisP95, double tokensPerSecond) {}

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
            Speed speed = models.computeIfAbsent(card.name(), _ -> new Speed());
            speed.onset.add(onset.toNanos() / 1e6);
            double talking = turn.minus(onset).toNanos() / 1e9;
            if (usage.completion() > 1 && talking > 0) {
                speed.rate.add((usage.completion() - 1) / talking);
            }
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

    /** Measured profiles by model. */
    public Map<String, Profile> profiles() {
        lock.lock();
        try {
            Map<String, Profile> all = new TreeMap<>();
            models.forEach((name, speed) -> all.put(
                    name,
                    new Profile(speed.onset.count(), speed.onset.at(0.5), speed.onset.at(0.95), speed.rate.at(0.5))));
            return all;
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
