package dev.agentos.agentd.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chain of records over ends and starts, and when a checkpoint is signed over it. */
@Timeout(60)
class JournalCheckpointTest {

    private final ManualTimeSource time = new ManualTimeSource();

    @TempDir
    Path directory;

    private JournalFiles files() {
        return JournalFiles.in(directory);
    }

    private SqliteJournal open() throws IOException {
        return SqliteJournal.open(files(), time, _ -> {});
    }

    private static Batch note(String text) {
        return Batch.of(new Trace("c-" + text), new Event.ServiceStopping(text));
    }

    @Test
    void aReopenedJournalGoesOnWithTheSameChainAndTree() throws IOException {
        for (int round = 0; round < 5; round++) {
            try (SqliteJournal journal = open()) {
                for (int i = 0; i < 7; i++) {
                    journal.commit(note(round + "." + i));
                }
            }
        }
        Outcome.Verified verified = assertInstanceOf(Outcome.Verified.class, TrailReader.verify(files()));
        assertEquals(35, verified.records());
        assertEquals(5, verified.checkpoints(), "each close signs one");
        assertEquals(0, verified.uncovered());
    }

    @Test
    void aJournalKilledBetweenCheckpointsStillGoesOnWithTheWholeTree() throws IOException {
        try (SqliteJournal journal = open()) {
            journal.commit(note("signed"));
        }
        byte[] second = Files.readAllBytes(files().checkpoints());
        try (SqliteJournal journal = open()) {
            journal.commit(note("not signed"));
        }
        // As after a kill: the record is there, its checkpoint is not.
        Files.write(files().checkpoints(), second);
        try (SqliteJournal journal = open()) {
            journal.commit(note("after"));
        }
        Outcome.Verified verified = assertInstanceOf(Outcome.Verified.class, TrailReader.verify(files()));
        assertEquals(3, verified.records());
        assertEquals(0, verified.uncovered());
    }

    @Test
    void aCheckpointIsSignedAtAThousandRecords() throws IOException {
        try (SqliteJournal journal = open()) {
            List<Event> events = new ArrayList<>();
            for (int i = 0; i < SqliteJournal.CHECKPOINT_RECORDS - 1; i++) {
                events.add(new Event.ServiceStopping("n" + i));
            }
            journal.commit(new Batch(new Trace("many"), events, List.of()));
            assertTrue(journal.lastCheckpoint().isEmpty());
            journal.commit(note("the thousandth"));
            assertTrue(journal.checkpointNow().isEmpty(), "it was signed already");
            assertEquals(1000, journal.lastCheckpoint().orElseThrow().count());
        }
    }

    @Test
    void aCheckpointIsSignedAfterAMinute() throws IOException {
        try (SqliteJournal journal = open()) {
            journal.commit(note("first"));
            time.advance(SqliteJournal.CHECKPOINT_TIME.minusMillis(1));
            journal.commit(note("a moment too early"));
            // A commit is answered before the writer looks at the clock; the next one is answered after it.
            journal.commit(note("the writer has looked"));
            assertTrue(journal.lastCheckpoint().isEmpty());
            time.advance(Duration.ofMillis(1));
            journal.commit(note("in time"));
            journal.commit(note("the writer has looked again"));
            assertTrue(journal.lastCheckpoint().orElseThrow().count() >= 3);
        }
    }

    @Test
    void aCheckpointOnDemandCoversEverythingSubmittedBefore() throws IOException {
        try (SqliteJournal journal = open()) {
            assertTrue(journal.checkpointNow().isEmpty(), "there is nothing to sign");
            for (int i = 0; i < 10; i++) {
                var _ = journal.submit(note("n" + i));
            }
            assertEquals(10, journal.checkpointNow().orElseThrow().count());
            assertTrue(journal.checkpointNow().isEmpty());
        }
    }

    @Test
    void aTornLastCheckpointLineIsCutOff() throws IOException {
        try (SqliteJournal journal = open()) {
            journal.commit(note("a"));
        }
        String whole = Files.readString(files().checkpoints());
        Files.writeString(files().checkpoints(), whole.substring(0, 40), StandardOpenOption.APPEND);
        try (SqliteJournal journal = open()) {
            assertEquals(whole, Files.readString(files().checkpoints()));
            journal.commit(note("b"));
        }
        assertInstanceOf(Outcome.Verified.class, TrailReader.verify(files()));
    }

    @Test
    void aDamagedCheckpointLineIsPassedOverAtStartAndReportedByTheVerifier() throws IOException {
        try (SqliteJournal journal = open()) {
            journal.commit(note("a"));
        }
        Files.writeString(files().checkpoints(), "{\"not\":\"a checkpoint\"}\n", StandardOpenOption.APPEND);
        try (SqliteJournal journal = open()) {
            assertEquals(1, journal.lastCheckpoint().orElseThrow().count());
        }
        Outcome.Broken broken = assertInstanceOf(Outcome.Broken.class, TrailReader.verify(files()));
        assertEquals("checkpoint.altered", broken.findings().getFirst().code());
    }

    @Test
    void aForgedNewestCheckpointIsNotResumedFrom() throws IOException {
        try (SqliteJournal journal = open()) {
            journal.commit(note("a"));
        }
        String line = Files.readString(files().checkpoints());
        Files.writeString(files().checkpoints(), line.replace("\"root\":\"", "\"root\":\"f"));
        try (SqliteJournal journal = open()) {
            assertTrue(journal.lastCheckpoint().isEmpty());
            journal.commit(note("b"));
        }
    }
}
