package dev.agentos.agentd.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Committed;
import dev.agentos.domain.port.Journal.JournalFailedException;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SQLite has committed and other readers of the file see it; the flush that makes it durable is refused. */
@Timeout(60)
class JournalFlushTest {

    /**
     * Interrupts the writer while it makes its next record. SQLite's own commit knows nothing of that, and the channel that
     * flushes the log after it closes itself.
     */
    private static final class Interrupting implements TimeSource {
        private final ManualTimeSource time = new ManualTimeSource();
        private volatile boolean armed;

        @Override
        public Instant now() {
            if (armed) {
                armed = false;
                Thread.currentThread().interrupt();
            }
            return time.now();
        }

        @Override
        public long nanos() {
            return time.nanos();
        }
    }

    private final Interrupting time = new Interrupting();
    private final List<Recorded> published = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path directory;

    private SqliteJournal open() throws IOException {
        return SqliteJournal.open(JournalFiles.in(directory), time, published::addAll);
    }

    private static Batch note(String text) {
        return Batch.of(new Trace("c"), new Event.ServiceStopping(text));
    }

    private static List<Long> seqs(List<Recorded> events) {
        return events.stream().map(Recorded::seq).toList();
    }

    private JournalFailedException refusedAtItsFlush(SqliteJournal journal) {
        time.armed = true;
        ExecutionException e = assertThrows(
                ExecutionException.class,
                () -> journal.submit(note("not flushed")).get(10, TimeUnit.SECONDS));
        JournalFailedException failed = assertInstanceOf(JournalFailedException.class, e.getCause());
        assertInstanceOf(ClosedByInterruptException.class, failed.getCause());
        assertEquals(2, TrailReader.count(JournalFiles.in(directory)), "SQLite has committed it");
        return failed;
    }

    @Test
    void readersAreShownOnlyWhatIsFlushed() throws Exception {
        try (SqliteJournal journal = open()) {
            journal.commit(note("flushed"));
            refusedAtItsFlush(journal);
            assertEquals(List.of(1L), seqs(journal.read(0, 10)));
            assertEquals(List.of(), journal.read(1, 10));
            assertEquals(List.of(1L), seqs(journal.search("", "", "flushed", 100, 10)));
        }
    }

    @Test
    void aRefusedFlushClosesTheJournalAndAnswersPublishesAndSignsNothing() throws Exception {
        try (SqliteJournal journal = open()) {
            journal.commit(note("flushed"));
            String hash = journal.headHash();
            String message = String.valueOf(refusedAtItsFlush(journal).getMessage());
            assertTrue(message.contains("nothing after record 1 was accepted"), message);
            assertEquals(1, journal.head());
            assertEquals(hash, journal.headHash());
            ExecutionException later = assertThrows(
                    ExecutionException.class,
                    () -> journal.submit(note("later")).get(10, TimeUnit.SECONDS));
            assertInstanceOf(JournalFailedException.class, later.getCause());
            assertThrows(JournalFailedException.class, journal::checkpointNow);
            assertTrue(journal.lastCheckpoint().isEmpty());
        }
        assertEquals(List.of(1L), seqs(published));
        // Nobody was told of the second record, and it is there: as after a loss of power between flush and answer.
        try (SqliteJournal journal = open()) {
            assertEquals(2, journal.head());
            assertEquals(new Committed(3, 3), journal.commit(note("again")));
        }
        Outcome.Verified verified =
                assertInstanceOf(Outcome.Verified.class, TrailReader.verify(JournalFiles.in(directory)));
        assertEquals(3, verified.records());
        assertEquals(0, verified.uncovered());
    }
}
