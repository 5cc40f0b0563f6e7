package dev.agentos.agentd.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.port.Journal.StateChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AskBookTest {

    private final AskBook book = new AskBook();

    private static AskRecord pending(int number, String run) {
        AskRequest request = new AskRequest(
                AskKind.TOOL,
                "agent-a-001",
                run,
                "s" + number,
                run + "/s" + number,
                "a",
                "fs.write",
                "",
                "/x",
                "",
                Map.of(),
                new AskContent.None(),
                Set.of(),
                true,
                "",
                "/x",
                List.of(),
                Duration.ZERO,
                false);
        return new AskRecord(
                Ask.of("ask-" + number, request, Instant.EPOCH), request.key(), "a", AskRecord.PENDING, "", "", "");
    }

    private static AskRecord closed(int number, String run) {
        return pending(number, run).closed(AskRecord.DENIED, "me", "", "2026-01-01T00:00:00Z");
    }

    private int closed(int from, int count, String run) {
        for (int i = 0; i < count; i++) {
            book.put(closed(from + i, run));
        }
        return from + count;
    }

    @Test
    void theOldestClosedAsksOfFinishedRunsAreForgottenAndTheirDocumentsRemoved() {
        int next = closed(1, AskBook.KEPT, "old.1");
        assertEquals(List.of(), book.over(record -> record.ask().run().equals("old.1")), "all of them fit");
        next = closed(next, 3, "new.1");
        assertEquals(
                List.of(
                        new StateChange.Remove(AskRecord.KIND, "ask-1"),
                        new StateChange.Remove(AskRecord.KIND, "ask-2"),
                        new StateChange.Remove(AskRecord.KIND, "ask-3")),
                book.over(record -> record.ask().run().equals("new.1")));
        assertTrue(book.find("ask-3").isEmpty());
        assertTrue(book.byKey("old.1/s3").isEmpty());
        assertEquals("ask-4", book.all().getFirst().ask().id());
        assertEquals(AskBook.KEPT, book.all().size());
        assertEquals(AskBook.KEPT + 4, next);
    }

    @Test
    void whatWaitsAndWhatBelongsToARunThatGoesOnStays() {
        book.put(pending(1, "old.1"));
        book.put(closed(2, "live.1"));
        closed(3, AskBook.KEPT + 10, "old.1");
        assertEquals(10, book.over(record -> record.ask().run().equals("old.1")).size());
        assertEquals(
                List.of("ask-1"),
                book.pending().stream().map(record -> record.ask().id()).toList());
        assertEquals(1, book.pendingOf("agent-a-001"));
        assertEquals(1, book.waitsOf("live.1").size());
        assertTrue(book.find("ask-2").isPresent());
    }

    @Test
    void theNewestNameIsNeverForgottenSoThatNoneIsGivenTwice() {
        closed(1, AskBook.KEPT, "live.1");
        book.put(closed(AskBook.KEPT + 1, "old.1"));
        book.over(record -> record.ask().run().equals("old.1"));
        assertEquals(
                List.of(new StateChange.Remove(AskRecord.KIND, "ask-1")),
                book.over(record -> record.ask().run().equals("live.1")));
        assertTrue(book.find("ask-" + (AskBook.KEPT + 1)).isPresent());
    }
}
