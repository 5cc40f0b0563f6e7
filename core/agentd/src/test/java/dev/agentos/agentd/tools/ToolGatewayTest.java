package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.journal.TrailReader;
import dev.agentos.agentd.tools.Tool.Intent;
import dev.agentos.agentd.tools.Tool.Place;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.agentd.tools.ToolGateway.Caller;
import dev.agentos.domain.audit.AuditVerifier;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.Policy;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From the call to the effect and its record, over a real journal; a crash drops everything that is in memory. */
@Timeout(60)
class ToolGatewayTest {

    private static final Trace TRACE = new Trace("test");

    /** The process ends here: nothing after this point is done, nothing is recorded. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private enum CrashAt {
        NEVER,
        BEFORE_THE_EFFECT,
        AFTER_THE_EFFECT
    }

    /** {@code fs.write} as it is, counted, and able to end in the middle. */
    private static final class Crashing implements Tool.Effectful {
        private final FsWriteTool write;
        private CrashAt crashAt = CrashAt.NEVER;
        private int effects;

        Crashing(FsWriteTool write) {
            this.write = write;
        }

        @Override
        public ToolDescriptor descriptor() {
            return write.descriptor();
        }

        @Override
        public List<Policy.Target> targets(Arguments arguments, Place place) throws ToolException {
            return write.targets(arguments, place);
        }

        @Override
        public Intent plan(Arguments arguments, Place place, String key) throws ToolException {
            return write.plan(arguments, place, key);
        }

        @Override
        public ToolResult apply(Intent intent) throws ToolException {
            if (crashAt == CrashAt.BEFORE_THE_EFFECT) {
                throw new Crash();
            }
            ToolResult output = write.apply(intent);
            effects++;
            if (crashAt == CrashAt.AFTER_THE_EFFECT) {
                throw new Crash();
            }
            return output;
        }

        @Override
        public Tool.Reconciled reconcile(Intent intent) throws ToolException {
            return write.reconcile(intent);
        }

        @Override
        public void undo(Intent intent, boolean force) throws ToolException {
            write.undo(intent, force);
        }
    }

    /** Everything that a start of the service makes anew. */
    private final class Service implements AutoCloseable {
        final SqliteJournal journal = SqliteJournal.open(files(), time, _ -> {});
        final ConsentService consent = new ConsentService(journal, time, "boot-" + ++boots);
        final Crashing write = new Crashing(new FsWriteTool(directory.resolve("undo")));
        final ToolGateway gateway =
                new ToolGateway(journal, consent, List.of(write, new FsReadTool(), new FsListTool(), new CalcTool()));

        Service() throws IOException {
            consent.load();
            gateway.load();
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    private final ManualTimeSource time = new ManualTimeSource();
    private Path directory = Path.of("/");
    private Path work = Path.of("/");
    private int boots;
    private Set<String> consentFor = Set.of();
    private boolean unattended;
    private final CompletableFuture<AskRecord> asked = new CompletableFuture<>();

    @BeforeEach
    void folders(@TempDir Path temp) throws IOException {
        directory = temp.toRealPath();
        work = Files.createDirectory(directory.resolve("work"));
    }

    @AfterEach
    void theTrailVerifies() {
        assertInstanceOf(AuditVerifier.Outcome.Verified.class, TrailReader.verify(files()));
    }

    private JournalFiles files() {
        return JournalFiles.in(directory.resolve("state"));
    }

    private Caller caller(String run) {
        Policy.Rules rules = new Policy.Rules(
                Set.of("fs.read", "fs.list", "fs.write", "calc"),
                Set.of("web.fetch"),
                consentFor,
                List.of(work.toString()),
                List.of(work.toString()),
                List.of(),
                path -> "c.yaml:" + path);
        return new Caller(
                "agent-a-001",
                run,
                "a",
                rules,
                new Place("agent-a-001", work),
                TRACE,
                Duration.ofHours(1),
                unattended,
                Task.none("agent-a-001", run, ""),
                Optional.empty());
    }

    private final class Asking implements ToolGateway.Waiting {
        @Override
        public void begins(AskRecord ask) {
            asked.complete(ask);
        }

        @Override
        public void ends() {}
    }

    private CallOutcome call(Service service, String run, String tool, Map<String, Object> values) {
        try {
            return service.gateway.call(caller(run), "step", tool, values, "because", new Asking());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private CallOutcome write(Service service, String content) {
        return call(service, "agent-a-001.1", "fs.write", Map.of("path", "a.md", "content", content));
    }

    private CompletableFuture<CallOutcome> writeLater(Service service, String content) {
        return CompletableFuture.supplyAsync(
                () -> write(service, content), task -> Thread.ofVirtual().start(task));
    }

    private AskRecord ask() throws Exception {
        return asked.get(20, TimeUnit.SECONDS);
    }

    private static Answer allow(AskRecord ask, Scope scope) {
        return Answer.allow(ask.ask(), scope, "user me", Optional.empty());
    }

    private String content() throws IOException {
        Path file = work.resolve("a.md");
        return Files.exists(file) ? Files.readString(file) : "(absent)";
    }

    private static List<String> story(SqliteJournal journal) {
        return journal.read(0, 1000).stream().map(ToolGatewayTest::word).toList();
    }

    private static String word(Recorded event) {
        return switch (event.kind()) {
            case "tool.decided" ->
                "decided " + event.data().get("decision") + " " + event.data().get("code");
            case "effect.finished" -> "finished " + event.data().get("outcome");
            case "consent.answered" -> "answered " + event.data().get("answer");
            default -> event.kind();
        };
    }

    // ------------------------------------------------------------------ decisions

    @Test
    void anAllowedCallIsRecordedBeforeAndAfter() throws Exception {
        try (Service service = new Service()) {
            assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertEquals("hello", content());
            assertEquals(
                    List.of("decided allowed contract", "effect.attempted", "finished done"), story(service.journal));
        }
    }

    @Test
    void aRefusedCallIsRecordedAndDoesNothing() throws Exception {
        try (Service service = new Service()) {
            CallOutcome.Refused refused = assertInstanceOf(
                    CallOutcome.Refused.class,
                    call(service, "r.1", "fs.write", Map.of("path", "/etc/agentos-test", "content", "x")));
            assertEquals("path.write-outside", refused.decision().code());
            assertEquals("c.yaml:filesystem.write", refused.decision().contractLine());
            assertEquals(
                    new CallOutcome.Failed("tool.unknown", "no tool is called web.fetch", "see agentctl tool list"),
                    call(service, "r.2", "web.fetch", Map.of()));
            assertEquals(
                    List.of("decided refused path.write-outside", "decided refused tool.unknown"),
                    story(service.journal));
            assertEquals(0, service.write.effects);
        }
    }

    @Test
    void badArgumentsAreAFailureOfTheCall() throws Exception {
        try (Service service = new Service()) {
            CallOutcome.Failed failed = assertInstanceOf(
                    CallOutcome.Failed.class, call(service, "r.1", "fs.write", Map.of("path", "a.md")));
            assertEquals("argument.schema", failed.code());
            assertTrue(failed.message().contains("content"), failed.message());
            assertEquals(
                    "argument.schema",
                    assertInstanceOf(CallOutcome.Failed.class, call(service, "r.2", "calc", Map.of("expression", 1L)))
                            .code());
        }
    }

    @Test
    void aPureToolIsRecordedWithDigestsOnly() throws Exception {
        try (Service service = new Service()) {
            assertEquals(
                    new CallOutcome.Done(Map.of("value", "42"), Labels.UNTRUSTED),
                    call(service, "r.1", "calc", Map.of("expression", "6*7")));
            assertTrue(service.journal.read(0, 10).stream()
                    .noneMatch(event -> event.data().toString().contains("6*7")));
        }
    }

    @Test
    void climbingOutThroughALinkIsRefused() throws Exception {
        Path secret = Files.createDirectory(directory.resolve("secret"));
        Files.writeString(secret.resolve("s.txt"), "secret");
        Files.createSymbolicLink(work.resolve("out"), secret);
        try (Service service = new Service()) {
            for (Map<String, Object> values : List.<Map<String, Object>>of(
                    Map.of("paths", "out/s.txt"), Map.of("paths", "../secret/s.txt"),
                    Map.of("paths", "/workspace/../secret/s.txt"), Map.of("paths", List.of("a.md", "out")))) {
                assertEquals(
                        "path.read-outside",
                        assertInstanceOf(CallOutcome.Refused.class, call(service, "r.1", "fs.read", values))
                                .decision()
                                .code());
            }
            assertEquals(
                    "path.write-outside",
                    assertInstanceOf(
                                    CallOutcome.Refused.class,
                                    call(service, "r.1", "fs.write", Map.of("path", "out/new", "content", "x")))
                            .decision()
                            .code());
        }
    }

    // ------------------------------------------------------------------ consent

    @Test
    void anAskedCallHappensOnceAllowedAndNotBefore() throws Exception {
        consentFor = Set.of("fs.write");
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> outcome = writeLater(service, "hello");
            AskRecord ask = ask();
            assertEquals("(absent)", content());
            assertEquals("hello", ask.ask().content());
            assertEquals(work.toString(), ask.ask().grantTarget());
            assertEquals("because", ask.ask().agentReason());
            service.consent.answer(TRACE, ask.ask().id(), allow(ask, Scope.ONCE), false);
            assertInstanceOf(CallOutcome.Done.class, outcome.get(20, TimeUnit.SECONDS));
            assertEquals("hello", content());
            assertEquals(
                    List.of(
                            "decided needs-consent consent-for",
                            "consent.asked",
                            "answered allowed",
                            "effect.attempted",
                            "finished done"),
                    story(service.journal));
        }
    }

    @Test
    void aDeniedCallDoesNothing() throws Exception {
        consentFor = Set.of("fs.write");
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> outcome = writeLater(service, "hello");
            String id = ask().ask().id();
            service.consent.answer(TRACE, id, new Answer(false, Scope.ONCE, "user me", "", Optional.empty()), false);
            assertEquals(new CallOutcome.NotConsented("denied", "user me"), outcome.get(20, TimeUnit.SECONDS));
            assertEquals("(absent)", content());
        }
    }

    @Test
    void anAskThatNobodyAnswersExpires() throws Exception {
        consentFor = Set.of("fs.write");
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> outcome = writeLater(service, "hello");
            ask();
            time.advance(Duration.ofHours(1));
            service.consent.expire(TRACE);
            assertThrows(
                    TimeoutException.class, () -> outcome.get(50, TimeUnit.MILLISECONDS), "not a moment too early");
            time.advance(Duration.ofNanos(1));
            service.consent.expire(TRACE);
            assertEquals(new CallOutcome.NotConsented("expired", "agentd"), outcome.get(20, TimeUnit.SECONDS));
            assertEquals("(absent)", content());
        }
    }

    @Test
    void anUnattendedCallIsRefusedWithoutAnAsk() throws Exception {
        consentFor = Set.of("fs.write");
        unattended = true;
        try (Service service = new Service()) {
            assertEquals(
                    "refused",
                    assertInstanceOf(CallOutcome.NotConsented.class, write(service, "x"))
                            .status());
            assertEquals(List.of(), service.consent.pending());
            assertEquals(List.of("decided needs-consent consent-for", "consent.refused"), story(service.journal));
        }
    }

    @Test
    void aGrantSavesTheNextAskBelowItsFolderOnly() throws Exception {
        consentFor = Set.of("fs.write");
        Files.createDirectory(directory.resolve("work/sub"));
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> first = CompletableFuture.supplyAsync(
                    () -> call(service, "agent-a-001.1", "fs.write", Map.of("path", "sub/a.md", "content", "1")));
            AskRecord ask = ask();
            service.consent.answer(TRACE, ask.ask().id(), allow(ask, Scope.RUN), false);
            first.get(20, TimeUnit.SECONDS);
            unattended = true;
            Caller same = caller("agent-a-001.1");
            assertInstanceOf(
                    CallOutcome.Done.class,
                    service.gateway.call(
                            same, "second", "fs.write", Map.of("path", "sub/b.md", "content", "2"), "", new Asking()));
            assertInstanceOf(
                    CallOutcome.NotConsented.class,
                    service.gateway.call(
                            same, "third", "fs.write", Map.of("path", "c.md", "content", "3"), "", new Asking()),
                    "another folder");
            assertInstanceOf(
                    CallOutcome.NotConsented.class,
                    service.gateway.call(
                            caller("agent-a-001.2"),
                            "fourth",
                            "fs.write",
                            Map.of("path", "sub/d.md", "content", "4"),
                            "",
                            new Asking()),
                    "another run");
            service.consent.revoke(TRACE, "grant-1", "me");
            assertInstanceOf(
                    CallOutcome.NotConsented.class,
                    service.gateway.call(
                            same, "fifth", "fs.write", Map.of("path", "sub/e.md", "content", "5"), "", new Asking()),
                    "revoked");
        }
    }

    @Test
    void aGrantOnOneFolderDoesNotCoverACallThatReachesIntoAnother() throws Exception {
        consentFor = Set.of("fs.read");
        Path open = Files.createDirectory(work.resolve("open"));
        Path closed = Files.createDirectory(work.resolve("closed"));
        Files.writeString(open.resolve("a.md"), "a");
        Files.writeString(closed.resolve("b.md"), "b");
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> first = CompletableFuture.supplyAsync(
                    () -> call(service, "agent-a-001.1", "fs.read", Map.of("paths", "open/a.md")));
            AskRecord ask = ask();
            service.consent.answer(TRACE, ask.ask().id(), allow(ask, Scope.RUN), false);
            assertInstanceOf(CallOutcome.Done.class, first.get(20, TimeUnit.SECONDS));
            unattended = true;
            assertInstanceOf(
                    CallOutcome.NotConsented.class,
                    service.gateway.call(
                            caller("agent-a-001.1"),
                            "both",
                            "fs.read",
                            Map.of("paths", List.of("open/a.md", "closed/b.md")),
                            "",
                            new Asking()));
        }
    }

    @Test
    void aLinkSwappedInWhileAPersonThinksLeadsNowhere() throws Exception {
        consentFor = Set.of("fs.write");
        Path out = Files.createDirectory(work.resolve("out"));
        Path secret = Files.createDirectory(directory.resolve("secret"));
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> outcome = CompletableFuture.supplyAsync(
                    () -> call(service, "agent-a-001.1", "fs.write", Map.of("path", "out/a.md", "content", "x")));
            AskRecord ask = ask();
            Files.delete(out);
            Files.createSymbolicLink(out, secret);
            service.consent.answer(TRACE, ask.ask().id(), allow(ask, Scope.ONCE), false);
            assertEquals(
                    "path.moved",
                    assertInstanceOf(CallOutcome.Failed.class, outcome.get(20, TimeUnit.SECONDS))
                            .code());
            assertEquals(false, Files.exists(secret.resolve("a.md")));
        }
    }

    @Test
    void aFolderSwappedForALinkIsNotReadEither() throws Exception {
        consentFor = Set.of("fs.read");
        Path in = Files.createDirectory(work.resolve("in"));
        Path secret = Files.createDirectory(directory.resolve("secret"));
        Files.writeString(secret.resolve("s.md"), "secret");
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> outcome = CompletableFuture.supplyAsync(
                    () -> call(service, "agent-a-001.1", "fs.read", Map.of("paths", "in")));
            AskRecord ask = ask();
            Files.delete(in);
            Files.createSymbolicLink(in, secret);
            service.consent.answer(TRACE, ask.ask().id(), allow(ask, Scope.ONCE), false);
            assertEquals(
                    "path.unreadable",
                    assertInstanceOf(CallOutcome.Failed.class, outcome.get(20, TimeUnit.SECONDS))
                            .code());
        }
    }

    // ------------------------------------------------------------------ crashes

    private void crashDuringWrite(CrashAt at, String content) throws IOException {
        try (Service service = new Service()) {
            service.write.crashAt = at;
            assertThrows(Crash.class, () -> write(service, content));
        }
    }

    @Test
    void aCrashBeforeTheEffectRepeatsItOnce() throws Exception {
        crashDuringWrite(CrashAt.BEFORE_THE_EFFECT, "hello");
        assertEquals("(absent)", content());
        try (Service service = new Service()) {
            assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertEquals(1, service.write.effects);
            assertEquals("hello", content());
            assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertEquals(1, service.write.effects, "the same call again gives the same answer and does nothing");
            assertEquals(
                    List.of("decided allowed contract", "effect.attempted", "finished done"), story(service.journal));
        }
    }

    @Test
    void aCrashAfterTheEffectIsRecognisedAndNotRepeated() throws Exception {
        crashDuringWrite(CrashAt.AFTER_THE_EFFECT, "hello");
        assertEquals("hello", content());
        try (Service service = new Service()) {
            CallOutcome.Done done = assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertEquals(true, done.output().get("was_new"));
            assertEquals(0, service.write.effects);
            assertEquals(
                    List.of("decided allowed contract", "effect.attempted", "finished done"), story(service.journal));
        }
    }

    @Test
    void aCrashThatCannotBeJudgedIsInDoubtForEver() throws Exception {
        crashDuringWrite(CrashAt.BEFORE_THE_EFFECT, "hello");
        Files.writeString(work.resolve("a.md"), "somebody else was here");
        for (int start = 0; start < 2; start++) {
            try (Service service = new Service()) {
                assertInstanceOf(CallOutcome.InDoubt.class, write(service, "hello"));
                assertEquals(0, service.write.effects);
                assertEquals("finished in-doubt", story(service.journal).getLast());
            }
        }
        assertEquals("somebody else was here", content());
    }

    @Test
    void aCrashDuringTheRecoveryIsRecoveredToo() throws Exception {
        crashDuringWrite(CrashAt.BEFORE_THE_EFFECT, "hello");
        crashDuringWrite(CrashAt.BEFORE_THE_EFFECT, "hello");
        crashDuringWrite(CrashAt.AFTER_THE_EFFECT, "hello");
        try (Service service = new Service()) {
            assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertEquals(0, service.write.effects);
        }
    }

    @Test
    void aFailedEffectMayBeTriedAgain() throws Exception {
        try (Service service = new Service()) {
            Map<String, Object> values = Map.of("path", "later/a.md", "content", "x");
            assertInstanceOf(CallOutcome.Failed.class, call(service, "agent-a-001.1", "fs.write", values));
            Files.createDirectory(work.resolve("later"));
            assertInstanceOf(CallOutcome.Done.class, call(service, "agent-a-001.1", "fs.write", values));
            assertEquals(
                    List.of(
                            "decided allowed contract",
                            "effect.attempted",
                            "finished failed",
                            "decided allowed contract",
                            "effect.attempted",
                            "finished done"),
                    story(service.journal));
        }
    }

    @Test
    void anAskSurvivesARestartAndItsAnswerIsUsedOnce() throws Exception {
        consentFor = Set.of("fs.write");
        String id;
        try (Service service = new Service()) {
            CompletableFuture<CallOutcome> waiting = writeLater(service, "hello");
            id = ask().ask().id();
            assertEquals(false, waiting.isDone());
        }
        try (Service service = new Service()) {
            AskRecord pending = service.consent.get(id);
            service.consent.answer(TRACE, id, allow(pending, Scope.ONCE), false);
        }
        try (Service service = new Service()) {
            assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertEquals(1, service.write.effects);
            assertEquals(
                    1,
                    story(service.journal).stream()
                            .filter("consent.asked"::equals)
                            .count(),
                    "asked once");
        }
    }

    // ------------------------------------------------------------------ undo

    @Test
    void anUndoneEffectIsRecordedAndNotUndoneTwice() throws Exception {
        try (Service service = new Service()) {
            write(service, "hello");
            EffectRecord effect = service.gateway.changesOf("agent-a-001").getFirst();
            assertInstanceOf(CallOutcome.Done.class, service.gateway.undo(TRACE, effect, false));
            assertEquals("(absent)", content());
            EffectRecord undone = service.gateway.changesOf("agent-a-001").getFirst();
            assertEquals(EffectRecord.UNDONE, undone.status());
            assertEquals(
                    "undo.state",
                    assertInstanceOf(CallOutcome.Failed.class, service.gateway.undo(TRACE, undone, true))
                            .code());
        }
        try (Service service = new Service()) {
            assertEquals(
                    EffectRecord.UNDONE,
                    service.gateway.changesOf("agent-a-001").getFirst().status());
            assertInstanceOf(CallOutcome.Done.class, write(service, "hello"));
            assertEquals("(absent)", content(), "a repeated call does not write again what a person took back");
        }
    }

    @Test
    void anExplanationDecidesLikeACallAndDoesNothing() throws Exception {
        consentFor = Set.of("fs.write");
        try (Service service = new Service()) {
            assertEquals(
                    List.of("needs-consent", "refused", "allowed"),
                    List.of(
                            service.gateway
                                    .explain(caller("r"), "fs.write", Map.of("path", "a.md", "content", ""))
                                    .decision()
                                    .word(),
                            service.gateway
                                    .explain(caller("r"), "fs.write", Map.of("path", "/etc/x", "content", ""))
                                    .decision()
                                    .word(),
                            service.gateway
                                    .explain(caller("r"), "fs.list", Map.of("path", "."))
                                    .decision()
                                    .word()));
            assertEquals(0, service.journal.head());
        }
    }
}
