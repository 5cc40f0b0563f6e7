package dev.agentos.agentd.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Committed;
import dev.agentos.domain.port.Journal.JournalFailedException;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Journal.StateChange;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk says no: what was acknowledged is there, what was not is not, and nothing hangs. */
@Timeout(60)
class JournalFailureTest {

    private final ManualTimeSource time = new ManualTimeSource();
    private final List<Recorded> published = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path directory;

    private SqliteJournal open(Path state) throws IOException {
        return SqliteJournal.open(JournalFiles.in(state), time, published::addAll);
    }

    private static Batch note(String text) {
        return Batch.of(
                new Trace("c"), new Event.ServiceStopping(text), new StateChange.Put("thing", "k", Map.of("at", text)));
    }

    private void everyWriteFailsFrom(int seq) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:sqlite:" + JournalFiles.in(directory).database());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TRIGGER fail BEFORE INSERT ON payload WHEN NEW.seq >= " + seq
                    + " BEGIN SELECT RAISE(ABORT, 'the disk said no'); END");
        }
    }

    private static JournalFailedException failure(CompletableFuture<?> future) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
        return assertInstanceOf(JournalFailedException.class, e.getCause());
    }

    @Test
    void theFirstFailureClosesTheJournalAndKeepsWhatWasAcknowledged() throws Exception {
        try (SqliteJournal journal = open(directory)) {
            journal.commit(note("1"));
            journal.commit(note("2"));
            everyWriteFailsFrom(3);
            JournalFailedException failed = assertThrows(JournalFailedException.class, () -> journal.commit(note("3")));
            String message = String.valueOf(failed.getMessage());
            assertTrue(message.contains("the disk said no"), message);
            assertTrue(message.contains("nothing after record 2 was accepted"), message);
            assertTrue(message.contains("then restart agentd"), message);
            assertEquals(message, failure(journal.submit(note("4"))).getMessage(), "it is never retried");
            assertEquals(message, String.valueOf(journal.failure().orElseThrow().getMessage()));
            assertEquals(2, journal.head());
            assertEquals(Map.of("at", "2"), journal.state("thing").getFirst().document(), "reading goes on");
            assertThrows(
                    ExecutionException.class,
                    () -> CompletableFuture.supplyAsync(journal::checkpointNow).get(10, TimeUnit.SECONDS));
        }
        assertEquals(List.of(1L, 2L), published.stream().map(Recorded::seq).toList());
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:sqlite:" + JournalFiles.in(directory).database());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TRIGGER fail");
        }
        try (SqliteJournal journal = open(directory)) {
            assertEquals(2, journal.head());
            assertEquals(new Committed(3, 3), journal.commit(note("again")));
        }
        assertEquals(
                3,
                assertInstanceOf(Outcome.Verified.class, TrailReader.verify(JournalFiles.in(directory)))
                        .records());
    }

    @Test
    void aGroupThatFailsIsRefusedAsAWhole() throws Exception {
        try (SqliteJournal journal = open(directory)) {
            everyWriteFailsFrom(50);
            List<CompletableFuture<Committed>> futures = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                futures.add(journal.submit(note("n" + i)));
            }
            int acknowledged = 0;
            int refused = 0;
            for (CompletableFuture<Committed> future : futures) {
                try {
                    future.get(10, TimeUnit.SECONDS);
                    assertEquals(0, refused, "nothing is accepted after a refusal");
                    acknowledged++;
                } catch (ExecutionException e) {
                    assertInstanceOf(JournalFailedException.class, e.getCause());
                    refused++;
                }
            }
            assertEquals(200, acknowledged + refused);
            assertEquals(acknowledged, journal.head());
            assertEquals(acknowledged, TrailReader.count(JournalFiles.in(directory)));
        }
    }

    @Test
    void whatCannotBeWrittenAsJsonIsRefusedAloneAndHarmsNobody() throws Exception {
        try (SqliteJournal journal = open(directory)) {
            List<Batch> poison = List.of(
                    Batch.of(new Trace("c"), new Event.ServiceStopping("half a pair \ud800")),
                    Batch.of(new Trace("\udc00"), new Event.ServiceStopping("its correlation")),
                    Batch.of(new Trace("c"), new Event.DeadLettered("agent-\ud800", "its agent")),
                    Batch.of(
                            new Trace("c"),
                            new Event.ServiceStopping("its document"),
                            new StateChange.Put("thing", "k", Map.of("n", 9_007_199_254_740_993L))));
            for (Batch batch : poison) {
                ExecutionException refused = assertThrows(
                        ExecutionException.class, () -> journal.submit(batch).get(10, TimeUnit.SECONDS));
                assertInstanceOf(IllegalArgumentException.class, refused.getCause());
            }
            assertEquals(new Committed(1, 1), journal.commit(note("everybody else")));
            assertTrue(journal.failure().isEmpty());
        }
        assertInstanceOf(Outcome.Verified.class, TrailReader.verify(JournalFiles.in(directory)));
    }

    @Test
    void aFullDiskStopsTheJournalAndLosesNothingAcknowledged() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=1m", "none", small.toString()) == 0,
                "SKIP: a disk of 1 MiB cannot be mounted here (needs root and CAP_SYS_ADMIN)");
        try {
            List<String> acknowledged = new ArrayList<>();
            try (SqliteJournal journal = open(small)) {
                JournalFailedException failed = assertThrows(JournalFailedException.class, () -> {
                    for (int i = 0; i < 10_000; i++) {
                        String text = i + "-" + "x".repeat(2_000);
                        journal.commit(note(text));
                        acknowledged.add(text);
                    }
                });
                assertTrue(String.valueOf(failed.getMessage()).contains("Free space"), failed.getMessage());
            }
            assertTrue(acknowledged.size() > 10, acknowledged.size() + " were acknowledged");
            // Somebody makes room.
            assertEquals(0, run("mount", "-o", "remount,size=8m", small.toString()));
            try (SqliteJournal journal = open(small)) {
                assertEquals(
                        acknowledged,
                        journal.read(0, 100_000).stream()
                                .map(event -> String.valueOf(event.data().get("reason")))
                                .toList());
                journal.commit(note("there is room again"));
            }
            assertInstanceOf(Outcome.Verified.class, TrailReader.verify(JournalFiles.in(small)));
        } finally {
            assertEquals(0, run("umount", "-l", small.toString()));
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }
}
