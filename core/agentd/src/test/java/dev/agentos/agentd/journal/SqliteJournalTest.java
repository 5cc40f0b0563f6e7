package dev.agentos.agentd.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Committed;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.StateDocument;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SqliteJournalTest {

    private final ManualTimeSource time = new ManualTimeSource();

    @TempDir
    Path directory;

    private JournalFiles files() {
        return JournalFiles.in(directory);
    }

    private SqliteJournal open() throws IOException {
        return SqliteJournal.open(files(), time, _ -> {});
    }

    private static Batch note(String text, StateChange... changes) {
        return Batch.of(new Trace("c-" + text), new Event.ServiceStopping(text), changes);
    }

    private static StateChange put(String key, Object value) {
        return new StateChange.Put("thing", key, Map.of("value", value));
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + files().database());
                Statement sql = connection.createStatement()) {
            sql.executeUpdate(statement);
        }
    }

    // ------------------------------------------------------------------ what is written

    @Test
    void whatIsCommittedReadsBackAsItWas() throws IOException {
        try (SqliteJournal journal = open()) {
            assertEquals(0, journal.head());
            assertEquals(new Committed(1, 1), journal.commit(note("a")));
            assertEquals(
                    new Committed(2, 3),
                    journal.commit(new Batch(
                            new Trace("two"),
                            List.of(
                                    new Event.RunStarted("agent-x-001", "agent-x-001.1", List.of()),
                                    new Event.GrantEnded("agent-x-001", "grant-1", "why", "me")),
                            List.of())));
            assertEquals(
                    List.of(
                            new Recorded(
                                    2,
                                    ManualTimeSource.START,
                                    "run.started",
                                    "agent-x-001",
                                    "agent-x-001.1",
                                    "two",
                                    Map.of("plan", List.of())),
                            new Recorded(
                                    3,
                                    ManualTimeSource.START,
                                    "grant.ended",
                                    "agent-x-001",
                                    "",
                                    "two",
                                    Map.of("grant", "grant-1", "reason", "why", "by", "me"))),
                    journal.read(1, 10));
            assertEquals(3, journal.head());
            assertEquals(1, journal.read(0, 1).size());
        }
    }

    @Test
    void stateDocumentsFollowTheirChangesAndSurviveAReopen() throws IOException {
        try (SqliteJournal journal = open()) {
            journal.commit(note("1", put("b", 1L), put("a", "text")));
            journal.commit(note("2", put("b", 2L), put("c", List.of(1L))));
            journal.commit(note("3", new StateChange.Remove("thing", "a"), new StateChange.Remove("thing", "never")));
            journal.commit(new Batch(new Trace("4"), List.of(), List.of(put("d", Map.of("deep", true)))));
        }
        try (SqliteJournal journal = open()) {
            assertEquals(
                    List.of(
                            new StateDocument("b", Map.of("value", 2L)),
                            new StateDocument("c", Map.of("value", List.of(1L))),
                            new StateDocument("d", Map.of("value", Map.of("deep", true)))),
                    journal.state("thing"));
            assertEquals(List.of(), journal.state("other"));
            assertEquals(3, journal.head(), "a change without an event takes no number");
        }
    }

    @Test
    void batchesBecomeDurableInTheOrderOfSubmissionHoweverManySubmit() throws Exception {
        List<Recorded> published = Collections.synchronizedList(new ArrayList<>());
        int writers = 8;
        int each = 150;
        try (SqliteJournal journal = SqliteJournal.open(files(), time, published::addAll)) {
            CountDownLatch go = new CountDownLatch(1);
            List<CompletableFuture<List<Committed>>> results = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                results.add(CompletableFuture.supplyAsync(() -> {
                    await(go);
                    List<CompletableFuture<Committed>> futures = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        futures.add(journal.submit(note(writer + ":" + i)));
                    }
                    return futures.stream().map(CompletableFuture::join).toList();
                }));
            }
            go.countDown();
            List<Long> all = new ArrayList<>();
            for (CompletableFuture<List<Committed>> result : results) {
                List<Long> own = result.get(30, TimeUnit.SECONDS).stream()
                        .map(Committed::firstSeq)
                        .toList();
                assertEquals(own.stream().sorted().toList(), own, "one writer's batches keep their order");
                all.addAll(own);
            }
            assertEquals(
                    LongStream.rangeClosed(1, (long) writers * each).boxed().toList(),
                    all.stream().sorted().toList());
        }
        assertEquals(
                LongStream.rangeClosed(1, (long) writers * each).boxed().toList(),
                published.stream().map(Recorded::seq).toList());
        assertInstanceOf(Outcome.Verified.class, TrailReader.verify(files()));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatIsSubmittedAheadKeepsItsPlaceAndWaitsForNobody() throws Exception {
        try (SqliteJournal journal = open()) {
            var ahead = journal.submitAhead(note("ahead"));
            long first = journal.submit(note("after")).get(10, TimeUnit.SECONDS).firstSeq();
            assertEquals(first - 1, ahead.get(10, TimeUnit.SECONDS).firstSeq());
            var alone = journal.submitAhead(note("alone"));
            journal.hurry();
            assertEquals(first + 1, alone.get(10, TimeUnit.SECONDS).firstSeq());
        }
    }

    @Test
    void thePublisherSeesOnlyWhatIsInTheFile() throws IOException {
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        try (SqliteJournal journal = SqliteJournal.open(files(), time, events -> {
            long durable = TrailReader.count(files());
            events.forEach(event -> {
                if (event.seq() > durable) {
                    wrong.add("event " + event.seq() + " was published while " + durable + " were in the file");
                }
            });
        })) {
            for (int i = 0; i < 20; i++) {
                var _ = journal.submit(note("n" + i));
            }
            journal.commit(note("last"));
        }
        assertEquals(List.of(), wrong);
    }

    // ------------------------------------------------------------------ damage

    @Test
    void aDamagedStateDocumentIsNeverHandedOut() throws Exception {
        try (SqliteJournal journal = open()) {
            journal.commit(note("a", put("x", "honest")));
        }
        sql("UPDATE state SET document = replace(document, 'honest', 'forged')");
        try (SqliteJournal journal = open()) {
            String message = String.valueOf(assertThrows(IllegalStateException.class, () -> journal.state("thing"))
                    .getMessage());
            assertTrue(message.contains("the state document thing/x is damaged"), message);
            assertTrue(message.contains("agentctl audit verify"), message);
        }
    }

    @Test
    void anAlteredRecordIsLocatedByTheVerifier() throws Exception {
        try (SqliteJournal journal = open()) {
            for (int i = 0; i < 9; i++) {
                journal.commit(note("n" + i));
            }
        }
        sql("UPDATE record SET canonical = replace(canonical, 'service.stopping', 'service.stopped_') WHERE seq = 4");
        sql("DELETE FROM record WHERE seq = 7");
        Outcome.Broken broken = assertInstanceOf(Outcome.Broken.class, TrailReader.verify(files()));
        assertEquals(
                List.of("record.altered@4", "record.missing@7"),
                broken.findings().stream()
                        .map(finding -> finding.code() + "@" + finding.seq())
                        .toList());
    }

    @Test
    void aDeletedPayloadBreaksNothingAndIsSaid() throws Exception {
        try (SqliteJournal journal = open()) {
            journal.commit(note("secret"));
            journal.commit(note("kept"));
        }
        sql("DELETE FROM payload WHERE seq = 1");
        try (SqliteJournal journal = open()) {
            assertEquals(
                    List.of(Map.of("payload_deleted", true), Map.of("reason", "kept")),
                    journal.read(0, 10).stream().map(Recorded::data).toList());
        }
        assertEquals(
                1,
                assertInstanceOf(Outcome.Verified.class, TrailReader.verify(files()))
                        .payloadsDeleted());
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedWithTheNextStep() throws IOException {
        Files.writeString(files().database(), "this is not a database, and it is longer than a header".repeat(40));
        String message =
                String.valueOf(assertThrows(IOException.class, this::open).getMessage());
        assertTrue(message.contains(files().database().toString()), message);
        assertTrue(message.contains("agentctl audit verify"), message);
    }

    @Test
    void aNewerFormatIsNotTouched() throws Exception {
        try (SqliteJournal journal = open()) {
            journal.commit(note("a"));
        }
        sql("PRAGMA user_version = 99");
        String message =
                String.valueOf(assertThrows(IOException.class, this::open).getMessage());
        assertTrue(message.contains("format 99"), message);
        assertTrue(message.contains("use the agentd that wrote it, or newer"), message);
    }

    @Test
    void searchFindsByAgentKindAndText() throws IOException {
        try (SqliteJournal journal = open()) {
            journal.commit(Batch.of(new Trace("1"), new Event.RunStarted("agent-a-001", "agent-a-001.1", List.of())));
            journal.commit(
                    Batch.of(new Trace("2"), new Event.RunFinished("agent-a-001", "agent-a-001.1", "done", "Fine")));
            journal.commit(
                    Batch.of(new Trace("3"), new Event.RunFinished("agent-b-001", "agent-b-001.1", "done", "well")));
            assertEquals(List.of(2L, 1L), seqs(journal.search("agent-a-001", "", "", 100, 10)));
            assertEquals(List.of(3L, 2L), seqs(journal.search("", "run.fin", "", 100, 10)));
            assertEquals(List.of(2L), seqs(journal.search("", "", "fINE", 100, 10)), "case does not matter");
            assertEquals(List.of(1L), seqs(journal.search("", "", "", 2, 10)));
            assertEquals(List.of(3L), seqs(journal.search("", "", "", 100, 1)));
            assertEquals(List.of(), seqs(journal.search("", "", "100%", 100, 10)), "no wildcards");
        }
    }

    private static List<Long> seqs(List<Recorded> events) {
        return events.stream().map(Recorded::seq).toList();
    }

    // ------------------------------------------------------------------ after the end

    @Test
    void aClosedJournalRefusesAndDoesNotHang() throws Exception {
        SqliteJournal journal = open();
        journal.commit(note("a"));
        journal.close();
        ExecutionException refused = assertThrows(
                ExecutionException.class, () -> journal.submit(note("late")).get(5, TimeUnit.SECONDS));
        assertInstanceOf(dev.agentos.domain.port.Journal.JournalFailedException.class, refused.getCause());
        assertThrows(
                ExecutionException.class,
                () -> CompletableFuture.supplyAsync(journal::checkpointNow).get(5, TimeUnit.SECONDS));
    }

    @Test
    void theKeysAreMadeOnceAndThePrivateHalfIsItsOwnersAlone() throws IOException {
        String first;
        try (SqliteJournal journal = open()) {
            first = journal.keys().keyId();
        }
        assertEquals("rw-------", posix(files().privateKey()));
        try (SqliteJournal journal = open()) {
            assertEquals(first, journal.keys().keyId());
            assertFalse(journal.failure().isPresent());
        }
        Files.writeString(files().privateKey(), "not a key\n");
        String message =
                String.valueOf(assertThrows(IOException.class, this::open).getMessage());
        assertTrue(message.startsWith("the audit key in " + files().privateKey()), message);
    }

    private static String posix(Path file) throws IOException {
        return java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
