package dev.agentos.agentd.models;

import dev.agentos.agentd.telemetry.HistoryStore;
import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.schedule.OnsetWindow;
import dev.agentos.domain.schedule.OnsetWindow.Onsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the history keeps of models, for each class that calls them ({@code class:SRT} and {@code class:DT}; HRT waits on
 * no model): {@code models_waiting}, {@code answers}, {@code late}; and, for a second in which an answer ended,
 * {@code onset_ms} with {@code onset_slo_ms}, the promise of that same answer.
 */
final class ModelMeasures implements ModelObserver {

    private static final List<LatencyClass> CLASSES = List.of(LatencyClass.SRT, LatencyClass.DT);

    private final ClassDispatch queues;
    private final OnsetWindow onsets = new OnsetWindow();
    private final ReentrantLock lock = new ReentrantLock();

    ModelMeasures(ClassDispatch queues) {
        this.queues = queues;
    }

    @Override
    public void answered(ModelCaller caller, ModelCard card, ModelCall call, ModelUsage usage, long now) {
        if (caller.isOperator()) {
            return;
        }
        lock.lock();
        try {
            onsets.add(
                    caller.latency(),
                    Duration.ofNanos(call.onsetNanos()),
                    caller.slo().onset());
        } finally {
            lock.unlock();
        }
    }

    /** Since the last time it was asked. */
    Map<HistoryStore.Key, Double> drain() {
        Map<LatencyClass, Onsets> seen;
        lock.lock();
        try {
            seen = onsets.drain();
        } finally {
            lock.unlock();
        }
        Map<LatencyClass, Long> waiting = queues.waiting();
        Map<HistoryStore.Key, Double> values = new HashMap<>();
        for (LatencyClass latency : CLASSES) {
            String subject = "class:" + latency.word();
            Onsets answers = seen.get(latency);
            values.put(new HistoryStore.Key(subject, "models_waiting"), (double) waiting.getOrDefault(latency, 0L));
            values.put(new HistoryStore.Key(subject, "answers"), answers == null ? 0.0 : answers.answers());
            values.put(new HistoryStore.Key(subject, "late"), answers == null ? 0.0 : answers.late());
            if (answers != null) {
                values.put(
                        new HistoryStore.Key(subject, "onset_ms"),
                        answers.worst().toNanos() / 1e6);
                answers.allowed()
                        .ifPresent(most ->
                                values.put(new HistoryStore.Key(subject, "onset_slo_ms"), (double) most.toMillis()));
            }
        }
        return values;
    }
}
