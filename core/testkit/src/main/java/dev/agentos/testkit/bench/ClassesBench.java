package dev.agentos.testkit.bench;

import dev.agentos.agentd.models.Dispatch;
import dev.agentos.agentd.worker.GgufHost;
import dev.agentos.agentd.worker.GgufProvider;
import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.Sampling;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.testkit.models.PlainWorker;
import dev.agentos.testkit.models.TinyLlama;
import dev.agentos.testkit.service.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * How soon a soft real-time caller gets its first token from one real model server, idle and beside delay-tolerant
 * streams, under our scheduler and four other ways to share it. All ways take turns within each round, so that what the
 * machine does meanwhile meets all of them alike.
 */
final class ClassesBench implements BenchMain.Bench {

    private static final int STREAMS = 8;
    private static final int SLOTS = STREAMS + 1;
    /** Every character is a token. */
    private static final int SRT_PROMPT = 512;

    private static final int DT_PROMPT = 256;
    private static final int SRT_TOKENS = 16;
    private static final int DT_TOKENS = 128;
    private static final double ARRIVALS_PER_SECOND = 0.5;
    private static final int ARRIVALS_A_ROUND = 6;
    private static final int ROUNDS = 3;
    private static final int CONTEXT = 1_024;

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int rounds = asked > 0 ? asked : ROUNDS;
        TinyLlama shape = TinyLlama.BENCH;
        Figures figures = new Figures("bench", "classes")
                .top("server", "llama.cpp in the model worker, " + SLOTS + " slots, continuous batching")
                .top(
                        "model",
                        "llama " + shape.layers() + "x" + shape.width() + ", " + shape.weights() / 1_000_000
                                + " million random weights, Q8_0")
                .top("srt_prompt_tokens", SRT_PROMPT)
                .top("dt_prompt_tokens", DT_PROMPT)
                .top("srt_output_tokens", SRT_TOKENS)
                .top("dt_output_tokens", DT_TOKENS)
                .top("dt_streams", STREAMS)
                .top("srt_arrivals_per_s", ARRIVALS_PER_SECOND + ", each at a random time, the same for every way")
                .top("arrivals_a_way", ARRIVALS_A_ROUND * rounds);
        try (PlainWorker worker = PlainWorker.start(home, shape, SLOTS, CONTEXT, GgufHost.PORTION)) {
            GgufProvider provider = worker.provider();
            Map<String, Way> ways = new LinkedHashMap<>();
            Way idle = new Way(Optional.empty());
            ClassDispatches.all(STREAMS).forEach((name, dispatch) -> ways.put(name, new Way(Optional.of(dispatch))));
            once(provider, idle, 1);
            idle.onsets.clear();
            for (int round = 0; round < rounds; round++) {
                once(provider, idle, ARRIVALS_A_ROUND);
                System.err.println("classes: idle, onset " + fixed(idle.onset(0.5)) + " ms");
                for (Map.Entry<String, Way> way : ways.entrySet()) {
                    loaded(provider, way.getValue(), round);
                    System.err.println("classes: round " + (round + 1) + " of " + rounds + ", "
                            + (way.getKey().equals("loaded") ? "ours" : way.getKey()) + ", onset "
                            + fixed(way.getValue().onset(0.5)) + " ms, "
                            + fixed(way.getValue().rate()) + " DT tokens/s");
                }
            }
            report(figures, idle, ways);
        }
        return figures;
    }

    /** One way to share the server, and what was seen of it. */
    private static final class Way {
        private final Optional<Supplier<Dispatch>> dispatch;
        private final List<Double> onsets = new ArrayList<>();
        private long tokens;
        private double seconds;

        Way(Optional<Supplier<Dispatch>> dispatch) {
            this.dispatch = dispatch;
        }

        double onset(double share) {
            return Figures.percentile(
                    onsets.stream().mapToDouble(Double::doubleValue).toArray(), share);
        }

        double rate() {
            return tokens / seconds;
        }
    }

    private static void once(GgufProvider provider, Way way, int times) throws Exception {
        Dispatch direct = (each, _, request, sink, _) -> each.generate(request, sink, ModelCallers.turn());
        for (int i = 0; i < times; i++) {
            way.onsets.add(ask(direct, provider));
        }
    }

    private static double ask(Dispatch dispatch, GgufProvider provider) throws Exception {
        AtomicLong first = new AtomicLong();
        long from = System.nanoTime();
        dispatch.run(
                provider,
                ModelCallers.of("srt", LatencyClass.SRT),
                request(SRT_PROMPT, SRT_TOKENS),
                _ -> first.compareAndSet(0, System.nanoTime()),
                new Dispatch.Waiting());
        return (first.get() - from) / 1e6;
    }

    private static void loaded(GgufProvider provider, Way way, int round) throws Exception {
        Dispatch dispatch = way.dispatch.orElseThrow().get();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong tokens = new AtomicLong();
        List<Thread> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            String name = "dt-" + i;
            streams.add(Thread.ofVirtual().name(name).start(() -> stream(dispatch, provider, name, stop, tokens)));
        }
        // All streams talk before anything is measured.
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (tokens.get() < STREAMS * 8L && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        long before = tokens.get();
        long from = System.nanoTime();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Double>> asked = new ArrayList<>();
            for (long arrival : arrivals(round)) {
                TimeUnit.NANOSECONDS.sleep(from + arrival - System.nanoTime());
                asked.add(callers.submit(() -> ask(dispatch, provider)));
            }
            TimeUnit.NANOSECONDS.sleep(from + WINDOW_NANOS - System.nanoTime());
            // The same work in the same time for every way; who is slow answers some of it after this.
            way.seconds += (System.nanoTime() - from) / 1e9;
            way.tokens += tokens.get() - before;
            for (Future<Double> each : asked) {
                way.onsets.add(each.get());
            }
        }
        stop.set(true);
        for (Thread stream : streams) {
            stream.join();
        }
    }

    private static final long WINDOW_NANOS = (long) (ARRIVALS_A_ROUND / ARRIVALS_PER_SECOND * 1e9);

    /** When the caller comes within a window, in nanoseconds: once in each part of it, at a random time in its first half. */
    private static long[] arrivals(int round) {
        Random random = new Random(round);
        long part = WINDOW_NANOS / ARRIVALS_A_ROUND;
        return LongStream.range(0, ARRIVALS_A_ROUND)
                .map(i -> i * part + random.nextLong(part / 2))
                .toArray();
    }

    private static void stream(
            Dispatch dispatch, GgufProvider provider, String name, AtomicBoolean stop, AtomicLong tokens) {
        ChunkSink count = chunk -> {
            if (stop.get()) {
                throw new ModelException(ModelException.Kind.GONE, "the round is over", "");
            }
            // Every character is a token, and a piece may hold several.
            tokens.addAndGet(chunk instanceof ModelChunk.Text text ? text.text().length() : 0);
        };
        while (!stop.get()) {
            try {
                dispatch.run(
                        provider,
                        ModelCallers.of(name, LatencyClass.DT),
                        request(DT_PROMPT, DT_TOKENS),
                        count,
                        new Dispatch.Waiting());
            } catch (ModelException e) {
                if (e.kind() != ModelException.Kind.GONE) {
                    throw new IllegalStateException(e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static final Random PROMPTS = new Random(1);

    /** Every prompt is new, so that no cache helps anybody. */
    private static synchronized ModelRequest request(int prompt, int tokens) {
        StringBuilder text = new StringBuilder(prompt);
        while (text.length() < prompt) {
            text.append((char) ('a' + PROMPTS.nextInt(26)));
        }
        return new ModelRequest(
                "",
                List.of(ModelMessage.user(text.toString())),
                List.of(),
                new ToolChoice.None(),
                new OutputFormat.Text(),
                new Sampling(
                        OptionalInt.of(tokens),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalLong.empty(),
                        List.of()),
                Map.of("ignore_eos", true),
                "",
                "");
    }

    private static void report(Figures figures, Way idle, Map<String, Way> ways) {
        Map<String, Way> all = new LinkedHashMap<>();
        all.put("idle", idle);
        all.putAll(ways);
        all.forEach((name, way) -> {
            boolean ours = name.equals("loaded");
            Map<String, String> row = new LinkedHashMap<>();
            row.put("way", ours ? "ours" : name);
            row.put("onset_ms_p50", fixed(way.onset(0.5)));
            row.put("onset_ms_p95", fixed(way.onset(0.95)));
            row.put("dt_tokens_per_s", way.seconds == 0 ? "-" : fixed(way.rate()));
            figures.row(row);
            figures.put("srt_onset_" + name + "_ms_p50", way.onset(0.5));
            figures.put("srt_onset_" + name + "_ms_p95", way.onset(0.95));
            if (way.seconds > 0) {
                figures.put(ours ? "dt_tokens_per_s" : "dt_tokens_per_s_" + name, way.rate());
            }
            switch (name) {
                case "loaded" -> figures.put("srt_onset_vs_idle_ratio", way.onset(0.5) / idle.onset(0.5));
                case "fifo" ->
                    figures.put(
                            "srt_onset_vs_fifo_ratio",
                            way.onset(0.5) / ours(ways).onset(0.5));
                default -> {}
            }
        });
    }

    private static Way ours(Map<String, Way> ways) {
        return Optional.ofNullable(ways.get("loaded")).orElseThrow();
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** Callers as the scheduler sees them. */
    private static final class ModelCallers {
        static ModelCaller of(String agent, LatencyClass latency) {
            ModelCaller operator = ModelCaller.operator(new Trace("bench"));
            return new ModelCaller(
                    agent,
                    agent + ".1",
                    agent,
                    Optional.of(dev.agentos.domain.contract.ModelPolicy.DEFAULT),
                    operator.binding(),
                    operator.budget(),
                    latency,
                    operator.slo(),
                    List.of(),
                    path -> path,
                    operator.trace(),
                    operator.askLimit(),
                    false);
        }

        static dev.agentos.domain.model.ModelProvider.Turn turn() {
            return dev.agentos.domain.model.ModelProvider.Turn.UNDISTURBED;
        }
    }
}
