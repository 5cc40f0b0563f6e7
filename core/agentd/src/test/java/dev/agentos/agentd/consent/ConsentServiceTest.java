package dev.agentos.agentd.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.FloodRule;
import dev.agentos.domain.consent.HighRisk;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.consent.WaitingTime;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConsentServiceTest {

    private static final Trace TRACE = new Trace("test");

    private final ManualTimeSource time = new ManualTimeSource();

    @TempDir
    Path directory;

    private interface Use {
        void with(ConsentService consent) throws Exception;
    }

    /** One start of the service. */
    private void start(String boot, Use use) throws Exception {
        try (SqliteJournal journal = SqliteJournal.open(JournalFiles.in(directory), time, _ -> {})) {
            ConsentService consent = new ConsentService(journal, time, boot);
            consent.load();
            use.with(consent);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static AskRequest request(String agent, String key) {
        return new AskRequest(
                AskKind.TOOL,
                agent,
                agent + ".1",
                "write",
                key,
                "a",
                "fs.write",
                "",
                "/data/a.md",
                "because",
                Map.of("bytes", 3L),
                new AskContent.Text("abc"),
                Set.of(),
                true,
                "c.yaml:4:1",
                "/data",
                List.of(),
                Duration.ofHours(1),
                false);
    }

    private AskRecord ask(ConsentService consent, String agent, String key) {
        return consent.get(consent.ask(TRACE, request(agent, key), List.of()).id());
    }

    private static Answer allow(AskRecord record, Scope scope) {
        return Answer.allow(record.ask(), scope, "user me", Optional.empty());
    }

    private static Answer allow(ConsentService consent, String id, Scope scope) {
        return allow(consent.get(id), scope);
    }

    private static Answer deny() {
        return new Answer(false, Scope.ONCE, "user me", "", Optional.empty());
    }

    private static String code(Runnable action) {
        return assertThrows(ServiceException.class, action::run).body().code();
    }

    @Test
    void aPendingAskIsThereAfterARestartAsItWas() throws Exception {
        start("boot-1", consent -> {
            ask(consent, "agent-a-001", "k1");
            ask(consent, "agent-a-001", "k2");
        });
        start("boot-2", consent -> {
            assertEquals(
                    List.of("ask-1", "ask-2"),
                    consent.pending().stream().map(record -> record.ask().id()).toList());
            assertEquals(
                    new AskRecord(
                            Ask.of("ask-1", request("agent-a-001", "k1"), ManualTimeSource.START),
                            "k1",
                            "a",
                            AskRecord.PENDING,
                            "",
                            "",
                            ""),
                    consent.get("ask-1"));
            assertEquals("ask-2", consent.byKey("k2").orElseThrow().ask().id());
            CompletableFuture<AskRecord> answer = consent.answerOf("ask-1");
            consent.answer(TRACE, "ask-1", allow(consent, "ask-1", Scope.ONCE), false);
            assertEquals(AskRecord.ALLOWED, answer.get(10, TimeUnit.SECONDS).status());
            assertEquals("ask-3", ask(consent, "agent-b-001", "k3").ask().id(), "numbers are not used twice");
        });
        start(
                "boot-3",
                consent -> assertEquals(AskRecord.ALLOWED, consent.get("ask-1").status()));
    }

    @Test
    void anAskIsAnsweredOnce() throws Exception {
        start("boot-1", consent -> {
            ask(consent, "agent-a-001", "k1");
            assertEquals(
                    "consent.not-seen",
                    code(() -> consent.answer(
                            TRACE, "ask-1", new Answer(true, Scope.ONCE, "user me", "", Optional.empty()), false)));
            assertEquals(
                    "consent.not-a-person",
                    code(() -> consent.answer(TRACE, "ask-1", allow(consent, "ask-1", Scope.ONCE), true)));
            assertEquals(1, consent.pendingOf("agent-a-001"), "an answer that does not count leaves it open");
            consent.answer(TRACE, "ask-1", deny(), false);
            assertEquals(
                    "consent.answered",
                    code(() -> consent.answer(TRACE, "ask-1", allow(consent, "ask-1", Scope.ONCE), false)));
            assertEquals(AskRecord.DENIED, consent.get("ask-1").status());
            assertEquals("not-found", code(() -> consent.get("ask-9")));
            assertThrows(ServiceException.class, () -> consent.answerOf("ask-9"));
        });
    }

    @Test
    void grantsLiveAsLongAsTheirScope() throws Exception {
        start("boot-1", consent -> {
            for (Scope scope : List.of(Scope.RUN, Scope.RESTART, Scope.DAYS_30)) {
                String id = ask(consent, "agent-" + scope.word().replaceAll("\\d", "x") + "-001", "k-" + scope)
                        .ask()
                        .id();
                consent.answer(TRACE, id, allow(consent, id, scope), false);
            }
            assertEquals(List.of("grant-1", "grant-2", "grant-3"), ids(consent));
            assertEquals(true, covered(consent, "agent-restart-001"));
        });
        start("boot-2", consent -> {
            assertEquals(List.of("grant-1", "grant-3"), ids(consent), "a restart ends the second");
            assertEquals(false, covered(consent, "agent-restart-001"));
            assertEquals(true, covered(consent, "agent-run-001"));
            assertEquals(true, covered(consent, "agent-xxd-001"));
            time.advance(Duration.ofDays(30));
            assertEquals(false, covered(consent, "agent-xxd-001"));
            consent.revoke(TRACE, "grant-1", "me");
            assertEquals(false, covered(consent, "agent-run-001"));
            assertEquals("not-found", code(() -> consent.revoke(TRACE, "grant-1", "me")));
        });
        start("boot-3", consent -> assertEquals(List.of("grant-3"), ids(consent)));
    }

    private static boolean covered(ConsentService consent, String agent) {
        return consent.covering(agent, "fs.write", "/data/b.md", agent + ".1").isPresent();
    }

    private static List<String> ids(ConsentService consent) {
        return consent.grants().stream().map(Grant::id).toList();
    }

    @Test
    void theAsksOfAnAgentThatIsOverAreWithdrawn() throws Exception {
        start("boot-1", consent -> {
            ask(consent, "agent-a-001", "k1");
            ask(consent, "agent-b-001", "k2");
            CompletableFuture<AskRecord> first = consent.answerOf("ask-1");
            consent.withdraw(TRACE, "agent-a-001", "the agent was killed");
            assertEquals(AskRecord.WITHDRAWN, first.get(10, TimeUnit.SECONDS).status());
            assertEquals(0, consent.pendingOf("agent-a-001"));
            assertEquals(1, consent.pendingOf("agent-b-001"));
        });
    }

    @Test
    void anExpiredAskCannotBeAllowedAnyMore() throws Exception {
        start("boot-1", consent -> {
            ask(consent, "agent-a-001", "k1");
            time.advance(Duration.ofHours(1).plusNanos(1));
            assertEquals(
                    "consent.expired",
                    code(() -> consent.answer(TRACE, "ask-1", allow(consent, "ask-1", Scope.ONCE), false)));
            consent.expire(TRACE);
            assertEquals(AskRecord.EXPIRED, consent.get("ask-1").status());
            consent.expire(TRACE);
        });
    }

    private static AskRequest on(String agent, String key, String path, Set<HighRisk> risk) {
        AskRequest like = request(agent, key);
        return new AskRequest(
                like.kind(),
                agent,
                like.run(),
                like.step(),
                key,
                like.contract(),
                like.tool(),
                "",
                path,
                like.agentReason(),
                like.facts(),
                like.content(),
                risk,
                true,
                like.contractLine(),
                path.substring(0, path.lastIndexOf('/')),
                List.of(),
                like.patience(),
                false);
    }

    private static String ask(ConsentService consent, AskRequest request) {
        return consent.ask(TRACE, request, List.of()).id();
    }

    @Test
    void theSameKeyIsTheSameAskAlsoAfterARestart() throws Exception {
        start("boot-1", consent -> {
            assertEquals("ask-1", ask(consent, request("agent-a-001", "k1")));
            assertEquals("ask-1", ask(consent, request("agent-a-001", "k1")));
            consent.answer(TRACE, "ask-1", deny(), false);
        });
        start(
                "boot-2",
                consent -> assertEquals(
                        new Resolution.Denied("user me"),
                        consent.ask(TRACE, request("agent-a-001", "k1"), List.of())
                                .resolution()
                                .get(10, TimeUnit.SECONDS)));
    }

    @Test
    void oneAnswerClosesAGroupAndEachMemberHasItsOwnLine() throws Exception {
        start("boot-1", consent -> {
            List<String> ids = List.of(
                    ask(consent, on("agent-a-001", "k1", "/data/a.md", Set.of())),
                    ask(consent, on("agent-a-001", "k2", "/data/b.md", Set.of())),
                    ask(consent, on("agent-a-001", "k3", "/other/c.md", Set.of())));
            List<ConsentService.Reply> both = ids.subList(0, 2).stream()
                    .map(id -> new ConsentService.Reply(id, allow(consent, id, Scope.ONCE)))
                    .toList();
            List<ConsentService.Reply> mixed = List.of(both.get(0), new ConsentService.Reply(ids.get(2), deny()));
            assertEquals("consent.no-group", code(() -> consent.answer(TRACE, mixed, false)));
            List<ConsentService.Reply> unseen =
                    List.of(both.get(0), new ConsentService.Reply(ids.get(1), allow(consent, ids.get(0), Scope.ONCE)));
            assertEquals("consent.not-seen", code(() -> consent.answer(TRACE, unseen, false)));
            assertEquals(3, consent.pending().size(), "one that does not count leaves all of them open");
            ConsentService.Closed closed = consent.answer(TRACE, both, false);
            assertEquals(AskRecord.ALLOWED, closed.record().status());
            assertEquals(
                    List.of(ids.get(1)),
                    closed.also().stream().map(record -> record.ask().id()).toList());
            assertEquals(1, consent.pending().size());
        });
    }

    @Test
    void aGrantAnswersWhatAlreadyWaitsForItAndNothingElse() throws Exception {
        start("boot-1", consent -> {
            String given = ask(consent, on("agent-a-001", "k1", "/data/a.md", Set.of()));
            String below = ask(consent, on("agent-a-001", "k2", "/data/sub/b.md", Set.of()));
            String outside = ask(consent, on("agent-a-001", "k3", "/other/c.md", Set.of()));
            String high = ask(consent, on("agent-a-001", "k4", "/data/d.md", Set.of(HighRisk.PAYMENT)));
            String sibling = ask(consent, on("agent-b-001", "k5", "/data/a.md", Set.of()));
            consent.answer(TRACE, given, allow(consent, given, Scope.RUN), false);
            assertEquals(AskRecord.ALLOWED, consent.get(below).status());
            assertEquals("grant-1 of user me", consent.get(below).by());
            for (String open : List.of(outside, high, sibling)) {
                assertEquals(AskRecord.PENDING, consent.get(open).status());
            }
            assertEquals(1, consent.grants().getFirst().used());
            assertEquals("k2", consent.grants().getFirst().lastUse());
        });
    }

    @Test
    void usesAreCountedAndSurviveARestart() throws Exception {
        start("boot-1", consent -> {
            String id = ask(consent, request("agent-a-001", "k1"));
            consent.answer(TRACE, id, allow(consent, id, Scope.RUN), false);
            consent.used(TRACE, "grant-1", "agent-a-001.1/second");
            consent.used(TRACE, "grant-1", "agent-a-001.1/third");
            consent.used(TRACE, "grant-9", "nobody");
        });
        start("boot-2", consent -> {
            Grant grant = consent.grants().getFirst();
            assertEquals(2, grant.used());
            assertEquals("agent-a-001.1/third", grant.lastUse());
            assertEquals("ask-1", grant.ask());
        });
    }

    @Test
    void revokingEndsOpenUsesAndNoneBeginsAfterwards() throws Exception {
        start("boot-1", consent -> {
            String id = ask(consent, request("agent-a-001", "k1"));
            consent.answer(TRACE, id, allow(consent, id, Scope.DAYS_30), false);
            AtomicInteger ended = new AtomicInteger();
            assertEquals(true, consent.hold("grant-1", ended::incrementAndGet).isPresent());
            consent.hold("grant-1", ended::incrementAndGet).orElseThrow().close();
            assertEquals(1, consent.openUses("grant-1"));
            consent.revoke(TRACE, "grant-1", "me");
            assertEquals(1, ended.get(), "a closed use is not told");
            assertEquals(true, consent.hold("grant-1", ended::incrementAndGet).isEmpty());
        });
    }

    @Test
    void aRunTakesItsAsksAndGrantsWithIt() throws Exception {
        start("boot-1", consent -> {
            String id = ask(consent, request("agent-a-001", "k1"));
            consent.answer(TRACE, id, allow(consent, id, Scope.RUN), false);
            String open = ask(consent, on("agent-a-001", "k2", "/other/b.md", Set.of()));
            consent.endRun(TRACE, "agent-a-001.1");
            assertEquals(List.of(), consent.grants());
            assertEquals(AskRecord.WITHDRAWN, consent.get(open).status());
        });
    }

    @Test
    void aFloodIsRefusedAndWrittenOnce() throws Exception {
        start("boot-1", consent -> {
            for (int i = 0; i < FloodRule.PENDING; i++) {
                ask(consent, request("agent-a-001", "k" + i));
            }
            for (int i = 0; i < 5; i++) {
                Resolution refused = consent.ask(TRACE, request("agent-a-001", "more" + i), List.of())
                        .resolution()
                        .get(10, TimeUnit.SECONDS);
                assertEquals("consent.flood", refused instanceof Resolution.Refused r ? r.code() : refused.word());
            }
            assertEquals(FloodRule.PENDING, consent.pending().size());
            assertEquals("ask-" + (FloodRule.PENDING + 1), ask(consent, request("agent-b-001", "k")), "others may ask");
        });
        try (SqliteJournal journal = SqliteJournal.open(JournalFiles.in(directory), time, _ -> {})) {
            assertEquals(
                    1,
                    journal.read(0, 1_000).stream()
                            .filter(event -> event.kind().equals("consent.refused"))
                            .count());
        }
    }

    @Test
    void anExpiredAskLeavesNoGrantAndItsWaitIsNotTheRuns() throws Exception {
        start("boot-1", consent -> {
            String id = ask(consent, request("agent-a-001", "k1"));
            time.advance(Duration.ofMinutes(61));
            consent.expire(TRACE);
            assertEquals(AskRecord.EXPIRED, consent.get(id).status());
            assertEquals(List.of(), consent.grants());
            assertEquals(
                    Duration.ofMinutes(61),
                    WaitingTime.within(consent.waitsOf("agent-a-001.1"), ManualTimeSource.START, time.now()));
        });
    }
}
