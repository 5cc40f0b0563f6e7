package dev.agentos.domain.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.audit.AuditVerifier.Finding;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.audit.AuditVerifier.Stored;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AuditVerifierTest {

    private static final int SIZE = 20;

    private static final Trail HONEST = Trail.of(SIZE, 5, 13, 20);

    /** The same records alone: what the chain shows by itself, and without the cost of signatures. */
    private static final Trail CHAIN = new Trail(HONEST.records(), List.of());

    private static Outcome.Broken broken(Trail trail) {
        return assertInstanceOf(Outcome.Broken.class, trail.verify());
    }

    private static List<String> codes(Trail trail) {
        return broken(trail).findings().stream()
                .map(finding -> finding.code() + "@" + finding.seq())
                .toList();
    }

    /** The text with one bit of one byte turned over. */
    private static String flipped(String text, int at) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        bytes[at] ^= 1;
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void anHonestTrailVerifies() {
        assertEquals(
                new Outcome.Verified(
                        SIZE,
                        HONEST.records().getLast().hash(),
                        Checkpoint.parse(HONEST.checkpoints().getLast()).root(),
                        3,
                        0,
                        0),
                HONEST.verify());
    }

    @Test
    void anEmptyTrailVerifies() {
        assertEquals(
                new Outcome.Verified(0, AuditRecord.GENESIS, new MerkleTree().root(), 0, 0, 0),
                new Trail(List.of(), List.of()).verify());
    }

    @Test
    void recordsNewerThanTheNewestCheckpointAreCounted() {
        Outcome.Verified verified =
                assertInstanceOf(Outcome.Verified.class, Trail.of(SIZE, 5).verify());
        assertEquals(15, verified.uncovered());
    }

    @Test
    void aDeletedPayloadBreaksNothing() {
        Stored third = HONEST.records().get(2);
        Outcome.Verified verified = assertInstanceOf(
                Outcome.Verified.class,
                HONEST.with(2, new Stored(3, third.canonical(), third.hash(), Optional.empty()))
                        .verify());
        assertEquals(1, verified.payloadsDeleted());
    }

    // ------------------------------------------------------------------ one byte

    private interface Field {
        String of(Stored record);
    }

    private interface Rebuild {
        Stored with(Stored record, String text);
    }

    private static int flipEveryByte(String field, String code, Field get, Rebuild set) {
        int flips = 0;
        for (int index = 0; index < SIZE; index++) {
            Stored record = CHAIN.records().get(index);
            String text = get.of(record);
            Trail upToHere = CHAIN.cutTo(Math.min(SIZE, index + 2));
            for (int at = 0; at < text.length(); at++) {
                Outcome.Broken outcome = broken(upToHere.with(index, set.with(record, flipped(text, at))));
                Finding first = outcome.findings().getFirst();
                assertEquals(
                        code + "@" + (index + 1),
                        first.code() + "@" + first.seq(),
                        field + " of record " + (index + 1) + ", byte " + at);
                flips++;
            }
        }
        return flips;
    }

    @Test
    void anyFlippedByteOfARecordIsFoundAtItsRecord() {
        int flips = flipEveryByte(
                "canonical",
                "record.altered",
                Stored::canonical,
                (record, text) -> new Stored(record.row(), text, record.hash(), record.payload()));
        assertTrue(flips > SIZE * 250, flips + " flips");
    }

    @Test
    void anyFlippedByteOfAStoredHashIsFoundAtItsRecord() {
        assertEquals(
                SIZE * 64,
                flipEveryByte(
                        "hash",
                        "record.altered",
                        Stored::hash,
                        (record, text) -> new Stored(record.row(), record.canonical(), text, record.payload())));
    }

    @Test
    void anyFlippedByteOfAPayloadIsFoundAtItsRecord() {
        int flips = flipEveryByte(
                "payload",
                "payload.altered",
                record -> record.payload().orElseThrow(),
                (record, text) -> new Stored(record.row(), record.canonical(), record.hash(), Optional.of(text)));
        assertTrue(flips > SIZE * 20, flips + " flips");
    }

    @Test
    void anyFlippedByteOfACheckpointIsFound() {
        String honest = HONEST.checkpoints().getLast();
        for (int at = 0; at < honest.length(); at++) {
            Finding first = broken(new Trail(HONEST.records(), List.of(flipped(honest, at))))
                    .findings()
                    .getFirst();
            assertTrue(first.code().startsWith("checkpoint."), first + " at byte " + at);
            assertTrue(first.message().startsWith("checkpoint line 1"), first.message());
        }
        assertTrue(honest.length() > 300, honest);
    }

    @Test
    void aDamagedCheckpointDoesNotHideWhatAnotherOneSigned() {
        List<String> lines = new ArrayList<>(HONEST.checkpoints());
        lines.set(0, flipped(lines.getFirst(), 40));
        List<String> found = codes(new Trail(Trail.of(SIZE, "forged ").records(), lines));
        assertEquals("checkpoint.mismatch@20", found.getLast());
        assertTrue(found.getFirst().startsWith("checkpoint."), found.toString());
    }

    // ------------------------------------------------------------------ whole records

    @Test
    void aCutTailIsFoundBackToTheLastRecordThatIsHere() {
        for (int size = 0; size < SIZE; size++) {
            Outcome.Broken outcome = broken(HONEST.cutTo(size));
            assertEquals(
                    List.of(new Finding(
                            size,
                            "tail.cut",
                            "the tail is cut: 20 records were signed at t20, " + size + " are here; records "
                                    + (size + 1) + " to 20 are missing")),
                    outcome.findings());
        }
    }

    @Test
    void aTailThatWasCutAndGrewAgainIsFound() {
        Trail grown = Trail.of(25, "other ").under(HONEST);
        List<Stored> mixed = new ArrayList<>(HONEST.records().subList(0, 15));
        mixed.addAll(grown.records().subList(15, 25));
        assertEquals(
                List.of("chain.broken@16", "checkpoint.mismatch@20"), codes(new Trail(mixed, HONEST.checkpoints())));
    }

    @Test
    void aMissingRecordIsNamed() {
        for (int index = 0; index < SIZE - 1; index++) {
            Finding first = broken(HONEST.without(index)).findings().getFirst();
            assertEquals(new Finding(index + 1, "record.missing", "record " + (index + 1) + " is missing"), first);
        }
    }

    @Test
    void severalMissingRecordsAreNamedAsARange() {
        Trail gap = HONEST.without(7).without(7).without(7);
        assertEquals(
                new Finding(8, "record.missing", "records 8 to 10 are missing"),
                broken(gap).findings().getFirst());
    }

    @Test
    void swappedRecordsAreBothNamed() {
        for (int index = 0; index < SIZE - 1; index++) {
            Stored one = HONEST.records().get(index);
            Stored two = HONEST.records().get(index + 1);
            Trail swapped = HONEST.with(index, moved(two, one.row())).with(index + 1, moved(one, two.row()));
            List<String> found = codes(swapped);
            assertTrue(found.contains("record.moved@" + (index + 1)), found + " at " + index);
            assertTrue(found.contains("record.moved@" + (index + 2)), found + " at " + index);
        }
    }

    private static Stored moved(Stored record, long row) {
        return new Stored(row, record.canonical(), record.hash(), record.payload());
    }

    @Test
    void aRecordReadOutOfOrderIsNamed() {
        List<Stored> records = new ArrayList<>(HONEST.records());
        records.add(10, records.get(3));
        assertTrue(codes(new Trail(records, List.of())).contains("record.order@4"));
    }

    @Test
    void anInsertedRecordIsFoundWhereItStands() {
        for (int index = 0; index < SIZE; index++) {
            List<Stored> records = new ArrayList<>(HONEST.records().subList(0, index));
            String prev = index == 0 ? AuditRecord.GENESIS : records.getLast().hash();
            String forged = new AuditRecord(index + 1L, "t", "k", "a", "r", "c", "0".repeat(64), prev).canonical();
            records.add(new Stored(index + 1L, forged, AuditRecord.hashOf(forged), Optional.empty()));
            HONEST.records().subList(index, SIZE).forEach(record -> records.add(moved(record, record.row() + 1)));
            List<String> found = codes(new Trail(records, HONEST.checkpoints()));
            // The forged record itself is well made; the first honest one after it no longer stands at its number.
            assertTrue(found.contains("record.moved@" + (index + 2)), found + " at " + index);
        }
    }

    @Test
    void aRecordRewrittenWithItsHashBreaksTheChainAtTheNextOne() {
        for (int index = 0; index < SIZE - 1; index++) {
            Trail rewritten = CHAIN.with(index, reworded(CHAIN.records().get(index)));
            assertEquals("chain.broken@" + (index + 2), codes(rewritten).getFirst());
        }
    }

    private static Stored reworded(Stored record) {
        UnaryOperator<String> edit = text -> text.replace("agent-a-001", "agent-b-001");
        String canonical = edit.apply(record.canonical());
        return new Stored(record.row(), canonical, AuditRecord.hashOf(canonical), record.payload());
    }

    @Test
    void aTrailRewrittenAsAWholeDoesNotMatchWhatWasSigned() {
        assertEquals(
                List.of("checkpoint.mismatch@5", "checkpoint.mismatch@13", "checkpoint.mismatch@20"),
                codes(Trail.of(SIZE, "forged ").under(HONEST)));
    }

    @Test
    void aRewrittenTailIsPinnedBetweenTwoCheckpoints() {
        Trail forged = Trail.of(SIZE, "forged ");
        List<Stored> records = new ArrayList<>(HONEST.records().subList(0, 13));
        String prev = records.getLast().hash();
        for (Stored record : forged.records().subList(13, SIZE)) {
            AuditRecord fresh = new AuditRecord(record.row(), "t", "k", "a", "r", "c", digestOf(record), prev);
            prev = AuditRecord.hashOf(fresh.canonical());
            records.add(new Stored(record.row(), fresh.canonical(), prev, record.payload()));
        }
        assertEquals(
                List.of(new Finding(
                        20,
                        "checkpoint.mismatch",
                        "the trail up to record 20 is not the one that was signed at t20: a record between 14 and 20 was"
                                + " rewritten")),
                broken(new Trail(records, HONEST.checkpoints())).findings());
    }

    private static String digestOf(Stored record) {
        return dev.agentos.domain.json.Digests.sha256Hex(record.payload().orElseThrow());
    }

    @Test
    void checkpointsOfAnotherKeyAreRefused() {
        AuditVerifier verifier =
                new AuditVerifier(HONEST.checkpoints(), Trail.key().getPublic());
        HONEST.records().forEach(verifier::accept);
        Outcome.Broken outcome = assertInstanceOf(Outcome.Broken.class, verifier.finish());
        assertEquals(
                List.of("checkpoint.signature", "checkpoint.signature", "checkpoint.signature"),
                outcome.findings().stream().map(Finding::code).toList());
    }

    @Test
    void aRecordThatIsNoJsonAtAllIsLocatedAndDoesNotStopTheRest() {
        Trail trail =
                HONEST.with(4, new Stored(5, "\u0000garbage", AuditRecord.hashOf("\u0000garbage"), Optional.empty()));
        Outcome.Broken outcome = broken(trail);
        assertEquals(20, outcome.records());
        assertEquals(
                new Finding(5, "record.altered", "record 5 is altered: not a canonical audit record"),
                outcome.findings().getFirst());
    }

    @Test
    void findingsAreCountedBeyondWhatIsKept() {
        AuditVerifier verifier = new AuditVerifier(List.of(), Trail.KEY.getPublic());
        for (int i = 1; i <= 150; i++) {
            verifier.find(i, "page.unreadable", "page " + i);
        }
        Outcome.Broken outcome = assertInstanceOf(Outcome.Broken.class, verifier.finish());
        assertEquals(AuditVerifier.MAX_FINDINGS, outcome.findings().size());
        assertEquals(150, outcome.findingsInAll());
    }
}
