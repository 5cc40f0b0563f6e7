package dev.agentos.testkit.bench;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.Circumstances;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.Policy;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.service.Figures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What governing a tool call costs. A decision here is all of it: the live grant is looked up, the policy decides over
 * real rules, the decision's audit record is chained, written and flushed. Cards and answers go through the real socket
 * of a real service.
 */
final class ToolBench implements BenchMain.Bench {

    private static final int SINGLE = 1_000;
    private static final int GROUPED = 40_000;
    private static final int CALLERS = 256;
    private static final int SYNCS = 400;
    private static final Trace TRACE = new Trace("bench");

    private static final ToolDescriptor WRITE = descriptor();

    private static final Policy.Rules RULES = new Policy.Rules(
            Set.of("fs.read", "fs.write", "summarize"),
            Set.of(),
            Set.of("fs.write"),
            List.of("/data/in"),
            List.of("/workspace", "/data/out"),
            List.of(),
            path -> "bench.yaml:7:1 (" + path + ")");

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int single = asked > 0 ? asked : SINGLE;
        Figures figures = new Figures("bench", "tool");
        Path folder = Files.createTempDirectory("agentos-bench-tool");
        try {
            double[] syncs = fdatasync(folder.resolve("sync.probe"));
            decisions(folder, single, figures);
            double sync = Figures.percentile(syncs, 0.5);
            figures.put("fdatasync_ms_p50", sync);
        } finally {
            delete(folder);
        }
        new CardBench(home).run(figures);
        figures.put(
                "includes",
                "decision: grant look-up, policy, audit record chained and flushed; grouped: the same by " + CALLERS
                        + " callers at once; card: from the ask's own time to a card painted by a subscribed client"
                        + " (ask durable, event, ask read over the socket, card drawn); applied: from sending the answer"
                        + " to the client hearing that the effect is done and durable");
        return figures;
    }

    private static void decisions(Path folder, int single, Figures figures) throws Exception {
        SqliteJournal journal =
                SqliteJournal.open(JournalFiles.in(folder.resolve("state")), TimeSource.system(), _ -> {});
        try (journal) {
            ConsentService consent = new ConsentService(journal, TimeSource.system(), "bench");
            grant(consent);
            for (int i = 0; i < 300; i++) {
                decide(journal, consent, i);
            }
            double[] times = new double[single];
            for (int i = 0; i < single; i++) {
                long from = System.nanoTime();
                decide(journal, consent, i);
                times[i] = (System.nanoTime() - from) / 1e6;
            }
            figures.put("decision_ms_p50", Figures.percentile(times, 0.5))
                    .put("decision_ms_p99", Figures.percentile(times, 0.99))
                    .put("decisions_per_s_grouped", grouped(journal, consent))
                    .put("grouped_callers", CALLERS);
        }
    }

    /** One call as the gateway decides it. Every third is covered by a grant, refused, or needs a person. */
    private static void decide(SqliteJournal journal, ConsentService consent, int n) {
        String path =
                List.of("/data/out/a.md", "/etc/passwd", "/workspace/b.md").get(n % 3);
        List<Target> targets = List.of(new Target(path, Access.WRITE));
        Optional<Grant> grant = consent.covering("agent-bench-001", "fs.write", path, "agent-bench-001.1");
        Decision decision = Policy.decide(
                new Policy.Request(RULES, "fs.write", Optional.of(WRITE), targets, Circumstances.NONE, grant));
        journal.commit(Batch.of(
                TRACE,
                new Event.ToolDecided(
                        "agent-bench-001",
                        "agent-bench-001.1",
                        "step-" + n,
                        "fs.write",
                        decision.word(),
                        decision.code(),
                        decision.reason(),
                        decision.contractLine(),
                        path)));
    }

    private static void grant(ConsentService consent) {
        String id = consent.ask(
                        TRACE,
                        new AskRequest(
                                AskKind.TOOL,
                                "agent-bench-001",
                                "agent-bench-001.1",
                                "write",
                                "bench",
                                "bench",
                                "fs.write",
                                "",
                                "/data/out/a.md",
                                "",
                                Map.of(),
                                new AskContent.None(),
                                Set.of(),
                                true,
                                "",
                                "/data/out",
                                List.of(),
                                Duration.ZERO,
                                false),
                        List.of())
                .id();
        consent.answer(
                TRACE, id, Answer.allow(consent.get(id).ask(), Scope.RUN, "user bench", Optional.empty()), false);
    }

    private static double grouped(SqliteJournal journal, ConsentService consent) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        long from = System.nanoTime();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                callers.execute(() -> {
                    for (int n = next.getAndIncrement(); n < GROUPED; n = next.getAndIncrement()) {
                        decide(journal, consent, n);
                    }
                });
            }
            callers.shutdown();
            if (!callers.awaitTermination(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the callers did not end");
            }
        }
        return GROUPED / ((System.nanoTime() - from) / 1e9);
    }

    private static ToolDescriptor descriptor() {
        return ToolDescriptor.named("fs.write", ToolDescriptor.Effect.CHANGES, "Writes a text file.")
                .reversible()
                .paths(new ToolDescriptor.PathArgument("path", Access.WRITE))
                .destinations("path")
                .build();
    }

    private static double[] fdatasync(Path file) throws IOException {
        double[] times = new double[SYNCS];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ByteBuffer page = ByteBuffer.allocate(4096);
            for (int i = 0; i < SYNCS; i++) {
                channel.write(page.rewind());
                long from = System.nanoTime();
                channel.force(false);
                times[i] = (System.nanoTime() - from) / 1e6;
            }
        }
        return times;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
