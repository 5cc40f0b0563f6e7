package dev.agentos.testkit.bench;

import dev.agentos.agentd.models.ClassDispatch;
import dev.agentos.agentd.models.Dispatch;
import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelProvider.Turn;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.schedule.BurstCredit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Ways to share one model server: ours, and those that it is compared with. */
final class ClassDispatches {

    private ClassDispatches() {}

    /** Each by its name in the figures. */
    static Map<String, Supplier<Dispatch>> all(int streams) {
        Map<String, Supplier<Dispatch>> all = new LinkedHashMap<>();
        // The bench asks more often than credits last, on purpose: the question is what the class gets, not one agent.
        all.put("loaded", () -> new ClassDispatch(TimeSource.system(), new BurstCredit.Rate(1_000_000, 1_000_000)));
        all.put("batching", Batching::new);
        all.put("reserved", () -> new Reserved(streams - 1));
        all.put("rr", RoundRobin::new);
        all.put("fifo", Fifo::new);
        return all;
    }

    /** One answer after the other, in the order in which they were asked for. */
    private static final class Fifo implements Dispatch {
        private final Semaphore turn = new Semaphore(1, true);

        @Override
        public ModelReply run(
                ModelProvider provider, ModelCaller caller, ModelRequest request, ChunkSink sink, Waiting waiting)
                throws ModelException, InterruptedException {
            turn.acquire();
            try {
                return provider.generate(request, sink, new PlainTurn());
            } finally {
                turn.release();
            }
        }
    }

    /** One answer at a time, some tokens of each in turn; who was interrupted goes on from what it said. */
    private static final class RoundRobin implements Dispatch {
        private static final int QUANTUM = 8;
        private final Semaphore turn = new Semaphore(1, true);

        @Override
        public ModelReply run(
                ModelProvider provider, ModelCaller caller, ModelRequest request, ChunkSink sink, Waiting waiting)
                throws ModelException, InterruptedException {
            QuantumTurn mine = new QuantumTurn();
            StringBuilder said = new StringBuilder();
            int left = request.sampling().maxTokens().orElse(1);
            while (true) {
                AtomicInteger tokens = new AtomicInteger();
                ModelRequest rest = request.resumedFrom(said.toString())
                        .withSampling(request.sampling().withMaxTokens(left));
                turn.acquire();
                ModelReply reply;
                try {
                    reply = provider.generate(
                            rest,
                            chunk -> {
                                sink.accept(chunk);
                                if (tokens.incrementAndGet() == QUANTUM) {
                                    mine.stop();
                                }
                            },
                            mine);
                } finally {
                    turn.release();
                }
                said.append(reply.text());
                left -= tokens.get();
                if (left <= 0 || reply.finish() != ModelReply.Finish.YIELDED) {
                    return reply;
                }
            }
        }
    }

    /** Everything at once: the server batches what it has, step by step. */
    private static final class Batching implements Dispatch {
        @Override
        public ModelReply run(
                ModelProvider provider, ModelCaller caller, ModelRequest request, ChunkSink sink, Waiting waiting)
                throws ModelException, InterruptedException {
            return provider.generate(request, sink, new PlainTurn());
        }
    }

    /** As batching, but those that can wait never have the last slot. */
    private static final class Reserved implements Dispatch {
        private final Semaphore others;

        Reserved(int most) {
            others = new Semaphore(most, true);
        }

        @Override
        public ModelReply run(
                ModelProvider provider, ModelCaller caller, ModelRequest request, ChunkSink sink, Waiting waiting)
                throws ModelException, InterruptedException {
            boolean waits = caller.latency() == LatencyClass.DT;
            if (waits) {
                others.acquire();
            }
            try {
                return provider.generate(request, sink, new PlainTurn());
            } finally {
                if (waits) {
                    others.release();
                }
            }
        }
    }

    /** A turn that ends when its tokens are used up, and keeps its slot for the next one. */
    private static final class QuantumTurn implements Turn {
        private volatile Runnable stop = () -> {};

        void stop() {
            stop.run();
        }

        @Override
        public boolean mustYield() {
            return false;
        }

        @Override
        public void onYield(Runnable action) {
            stop = action;
        }

        @Override
        public String scope() {
            return "quantum-" + System.identityHashCode(this);
        }
    }

    /** A turn that nobody interrupts, with a scope of its own for each answer. */
    private static final class PlainTurn implements Turn {
        @Override
        public boolean mustYield() {
            return false;
        }

        @Override
        public void onYield(Runnable action) {}

        @Override
        public String scope() {
            return "plain-" + System.identityHashCode(this);
        }
    }
}
