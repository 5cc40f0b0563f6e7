package dev.agentos.agentd.models;

import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.schedule.BurstCredit;
import dev.agentos.domain.schedule.ClassScheduler;
import dev.agentos.domain.schedule.ClassScheduler.Capacity;
import dev.agentos.domain.schedule.ClassScheduler.Load;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Lets calls wait for their turn by latency class: one queue for each provider. */
public final class ClassDispatch implements Dispatch {

    private final TimeSource time;
    private final BurstCredit.Rate rate;
    private final Map<String, TurnQueue> queues = new ConcurrentHashMap<>();

    public ClassDispatch(TimeSource time) {
        this(time, BurstCredit.Rate.USUAL);
    }

    /** @param rate how often an agent may go before others */
    public ClassDispatch(TimeSource time, BurstCredit.Rate rate) {
        this.time = time;
        this.rate = rate;
    }

    private TurnQueue queue(ModelProvider provider) {
        Capacity capacity = new Capacity(provider.slots(), provider.resumes());
        TurnQueue queue = queues.compute(
                provider.name(),
                (_, known) -> known != null && (known.capacity().equals(capacity) || known.isBusy())
                        ? known
                        : new TurnQueue(new ClassScheduler(capacity, rate), capacity, time));
        return queue;
    }

    /** How full the queue of a provider is; empty where nobody asked it yet. */
    public Optional<Load> load(String provider) {
        return Optional.ofNullable(queues.get(provider)).map(TurnQueue::load);
    }

    /** How many calls of each class wait for their turn now, at all providers together. */
    public Map<LatencyClass, Long> waiting() {
        Map<LatencyClass, Long> all = new EnumMap<>(LatencyClass.class);
        queues.values()
                .forEach(queue -> queue.waiting().forEach((latency, many) -> all.merge(latency, many, Long::sum)));
        return all;
    }

    @Override
    public ModelReply run(
            ModelProvider provider, ModelCaller caller, ModelRequest request, ChunkSink sink, Waiting waiting)
            throws ModelException, InterruptedException {
        TurnQueue queue = queue(provider);
        long deadline = caller.slo()
                .onset()
                .map(onset -> time.nanos() + onset.toNanos())
                .orElse(Long.MAX_VALUE);
        try (TurnQueue.Place place = queue.enter(caller, deadline)) {
            Pieces said = new Pieces(request, sink, place);
            while (true) {
                long from = time.nanos();
                place.awaitStart();
                waiting.queued(time.nanos() - from);
                ModelReply reply = provider.generate(said.next(), said, place);
                if (reply.finish() != ModelReply.Finish.YIELDED) {
                    return said.whole(reply);
                }
                waiting.yielded();
                said.keep(reply);
                place.yielded();
            }
        }
    }

    /** What was said over all turns of one answer. */
    private static final class Pieces implements ChunkSink {
        private final ModelRequest request;
        private final ChunkSink sink;
        private final TurnQueue.Place place;
        private Optional<ModelReply> before = Optional.empty();

        Pieces(ModelRequest request, ChunkSink sink, TurnQueue.Place place) {
            this.request = request;
            this.sink = sink;
            this.place = place;
        }

        @Override
        public void accept(dev.agentos.domain.model.ModelChunk chunk) throws ModelException {
            place.begun();
            sink.accept(chunk);
        }

        /** The request for the next turn: from what was said, with what is left of the answer's length. */
        ModelRequest next() {
            if (before.isEmpty()) {
                return request;
            }
            ModelReply said = before.get();
            ModelRequest rest = request.resumedFrom(request.resumeFrom() + said.text());
            return request.sampling().maxTokens().isPresent()
                    ? rest.withSampling(request.sampling().withMaxTokens((int) Math.max(
                            1,
                            request.sampling().maxTokens().getAsInt()
                                    - said.usage().completion())))
                    : rest;
        }

        void keep(ModelReply reply) {
            before = Optional.of(whole(reply));
        }

        ModelReply whole(ModelReply last) {
            return before.map(first -> new ModelReply(
                            last.model(),
                            first.text() + last.text(),
                            first.reasoning() + last.reasoning(),
                            last.toolCalls(),
                            last.finish(),
                            first.usage().andMoreOf(last.usage())))
                    .orElse(last);
        }
    }
}
