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
}
