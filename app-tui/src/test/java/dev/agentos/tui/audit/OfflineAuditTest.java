package dev.agentos.tui.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.audit.AuditRecord;
import dev.agentos.domain.audit.AuditVerifier.Finding;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.tui.audit.Journal.Row;
import dev.agentos.tui.audit.OfflineAudit.Checked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineAuditTest {

    @TempDir
    Path directory;

    private static Checked check(Path state) throws IOException {
        return OfflineAudit.check(state, Optional.empty(), _ -> {});
    }

    private static List<Finding> findings(Checked checked) {
        return switch (checked.outcome()) {
            case Outcome.Verified _ -> List.of();
            case Outcome.Broken broken -> broken.findings();
        };
    }

    private static Set<String> codes(Checked checked) {
        return findings(checked).stream().map(Finding::code).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Long> places(Checked checked) {
        return findings(checked).stream().map(Finding::seq).collect(Collectors.toCollection(TreeSet::new));
    }

    // ------------------------------------------------------------------ sound

    @Test
    void aSoundTrailIsVerified() throws Exception {
        Journal journal = Journal.write(directory, 40, 10, 40);
        Checked checked = check(directory);
        Outcome.Verified verified = (Outcome.Verified) checked.outcome();
        assertEquals(40, verified.records());
        assertEquals(2, verified.checkpoints());
        assertEquals(0, verified.uncovered());
        assertEquals(journal.rows.getLast().hash(), verified.head());
        assertEquals(16, checked.keyId().length());
    }

    @Test
    void verifyingLeavesNoFileAndChangesNone() throws Exception {
        Journal.write(directory, 5, 5);
        byte[] before = Files.readAllBytes(directory.resolve("journal.db"));
        List<String> names = names();
        check(directory);
        assertEquals(names, names());
        assertEquals(
                new String(before, StandardCharsets.ISO_8859_1),
                Files.readString(directory.resolve("journal.db"), StandardCharsets.ISO_8859_1));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    @Test
    void recordsThatAreOnlyInTheWriteAheadLogAreRead() throws Exception {
        Journal journal = Journal.write(directory, 6, 6);
        Path elsewhere = Files.createDirectory(directory.resolve("crashed"));
        try (Connection connection = journal.connect();
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA wal_autocheckpoint = 0");
            statement.executeUpdate("UPDATE payload SET body = 'x' WHERE seq = 4");
            // What a crash leaves: the database and its log, without the index of the log.
            Files.copy(directory.resolve("journal.db"), elsewhere.resolve("journal.db"));
            Files.copy(directory.resolve("journal.db-wal"), elsewhere.resolve("journal.db-wal"));
            assertEquals(Set.of(4L), places(check(directory)));
        }
        Files.createDirectories(elsewhere.resolve("keys"));
        Files.copy(directory.resolve("keys/audit.pub"), elsewhere.resolve("keys/audit.pub"));
        assertEquals(Set.of(4L), places(check(elsewhere)));
        try (Stream<Path> files = Files.list(elsewhere)) {
            assertEquals(3, files.count());
        }
    }

    // ------------------------------------------------------------------ flipped

    @Test
    void everyFlippedByteOfARecordIsFoundAtThatRecord() throws Exception {
        Journal journal = Journal.write(directory, 9, 9);
        int flips = 0;
        for (long seq : new long[] {1, 5, 9}) {
            Row row = journal.rows.get((int) seq - 1);
            flips += flipEach(journal, "record", "canonical", row.canonical(), seq);
            flips += flipEach(journal, "record", "hash", row.hash(), seq);
            flips += flipEach(journal, "payload", "body", row.payload(), seq);
            flips += flipEach(journal, "record", "kind", "tool.decided", seq);
            flips += flipEach(journal, "record", "agent", "agent-test-" + seq % 3, seq);
            flips += flipEach(journal, "record", "run", "agent-test.1", seq);
        }
        assertTrue(flips > 1_400, "only " + flips + " bytes were flipped");
        assertTrue(check(directory).isVerified());
    }

    private int flipEach(Journal journal, String table, String column, String original, long seq) throws Exception {
        byte[] bytes = original.getBytes(StandardCharsets.UTF_8);
        List<String> missed = new ArrayList<>();
        try (Connection connection = journal.connect();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE " + table + " SET " + column + " = CAST(? AS TEXT) WHERE seq = " + seq)) {
            for (int i = 0; i < bytes.length; i++) {
                byte[] flipped = bytes.clone();
                flipped[i] ^= (byte) (1 << (i % 8));
                update.setBytes(1, flipped);
                update.executeUpdate();
                if (!places(check(directory)).contains(seq)) {
                    missed.add(column + "[" + i + "]");
                }
            }
            update.setBytes(1, bytes);
            update.executeUpdate();
        }
        assertEquals(List.of(), missed);
        return bytes.length;
    }

    @Test
    void noFlippedByteOfTheFileIsSilentlyRead() throws Exception {
        Journal.write(directory, 120, 60, 120);
        Path database = directory.resolve("journal.db");
        byte[] sound = Files.readAllBytes(database);
        String content = content(directory);
        Random random = new Random(20261123);
        int found = 0;
        int harmless = 0;
        for (int i = 0; i < 450; i++) {
            byte[] damaged = sound.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(database, damaged);
            Checked checked = check(directory);
            if (checked.outcome() instanceof Outcome.Verified verified) {
                assertEquals(0, verified.payloadsDeleted(), "a payload vanished at byte " + at);
                assertEquals(
                        content, content(directory), "byte " + at + " changed what is read, and nothing was found");
                harmless++;
            } else {
                found++;
            }
        }
        Files.write(database, sound);
        assertTrue(found > 250, found + " found, " + harmless + " harmless");
    }

    private static String content(Path state) throws IOException {
        StringBuilder all = new StringBuilder();
        try (JournalSource source = new JournalSource(state, Optional.empty())) {
            source.read(
                    record -> all.append(record).append('\n'),
                    (seq, code, message) -> all.append(seq).append(code).append(message));
        }
        return all.toString();
    }

    @Test
    void aDamagedPageIsLocatedBetweenTheRecordsAroundIt() throws Exception {
        Journal journal = Journal.write(directory, 300, 300);
        byte[] bytes = Files.readAllBytes(journal.database());
        int at = indexOf(bytes, journal.rows.get(149).canonical().getBytes(StandardCharsets.UTF_8));
        int page = at / 4096 * 4096;
        for (int i = page; i < page + 4096; i++) {
            bytes[i] = (byte) 0xFF;
        }
        Files.write(journal.database(), bytes);
        Checked checked = check(directory);
        assertFalse(checked.isVerified());
        Finding damage = findings(checked).stream()
                .filter(finding -> finding.code().equals("store.damaged") && finding.seq() > 0)
                .findFirst()
                .orElseThrow();
        assertTrue(damage.seq() <= 150 && damage.seq() > 100, damage.toString());
        assertTrue(damage.message().contains("before record"), damage.toString());
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i + part.length <= all.length; i++) {
            if (java.util.Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("the record is not stored in one piece");
    }

    // ------------------------------------------------------------------ cut, swapped, inserted, rewritten

    @Test
    void aCutTailIsFoundBackToTheLastCheckpoint() throws Exception {
        Journal.write(directory, 30, 10, 25)
                .tamper("DELETE FROM record WHERE seq > 20", "DELETE FROM payload WHERE seq > 20");
        Checked checked = check(directory);
        assertEquals(Set.of("tail.cut"), codes(checked));
        assertEquals(Set.of(20L), places(checked));
        assertTrue(findings(checked).getFirst().message().contains("records 21 to 25 are missing"));
    }

    @Test
    void swappedRecordsAreFoundAtBothPlaces() throws Exception {
        Journal.write(directory, 10, 10)
                .tamper(
                        "UPDATE record SET seq = -1 WHERE seq = 4", "UPDATE record SET seq = 4 WHERE seq = 7",
                        "UPDATE record SET seq = 7 WHERE seq = -1", "UPDATE payload SET seq = -1 WHERE seq = 4",
                        "UPDATE payload SET seq = 4 WHERE seq = 7", "UPDATE payload SET seq = 7 WHERE seq = -1");
        assertTrue(places(check(directory)).containsAll(Set.of(4L, 7L)));
    }

    @Test
    void aRemovedRecordIsFound() throws Exception {
        Journal.write(directory, 10, 10)
                .tamper("DELETE FROM record WHERE seq = 6", "DELETE FROM payload WHERE seq = 6");
        assertTrue(places(check(directory)).contains(6L));
    }

    @Test
    void anInsertedRecordWithTheRestRenumberedIsFound() throws Exception {
        Journal journal = Journal.write(directory, 10, 10);
        journal.tamper("DELETE FROM record WHERE seq > 5", "DELETE FROM payload WHERE seq > 5");
        try (Connection connection = journal.connect()) {
            Row copy = journal.rows.get(4);
            Journal.insert(connection, new Row(6, copy.canonical(), copy.hash(), copy.payload()));
            for (Row row : journal.rows.subList(5, 10)) {
                Journal.insert(connection, new Row(row.seq() + 1, row.canonical(), row.hash(), row.payload()));
            }
        }
        assertTrue(places(check(directory)).contains(6L));
    }

    @Test
    void aTrailThatIsRewrittenAsAWholeIsFoundByTheCheckpoint() throws Exception {
        Journal journal = Journal.write(directory, 12, 5, 12);
        journal.tamper("DELETE FROM record", "DELETE FROM payload");
        try (Connection connection = journal.connect()) {
            String prev = AuditRecord.GENESIS;
            for (Row row : journal.rows) {
                String canonical =
                        row.canonical().replaceFirst("\"prev\":\"[0-9a-f]{64}\"", "\"prev\":\"" + prev + "\"");
                if (row.seq() == 8) {
                    canonical = canonical.replace("agent-test.1", "agent-fake.1");
                }
                prev = AuditRecord.hashOf(canonical);
                Journal.insert(connection, new Row(row.seq(), canonical, prev, row.payload()));
            }
        }
        Checked checked = check(directory);
        assertEquals(Set.of("checkpoint.mismatch"), codes(checked));
        assertTrue(findings(checked).getFirst().message().contains("between 6 and 12"));
    }

    @Test
    void aPayloadWithoutItsRecordIsFound() throws Exception {
        Journal.write(directory, 5, 5).tamper("INSERT INTO payload VALUES(77, '{}')");
        assertEquals(Set.of("payload.orphan"), codes(check(directory)));
    }

    @Test
    void anAlteredStateDocumentIsFound() throws Exception {
        Journal.write(directory, 5, 5).tamper("UPDATE state SET document = '{\"a\":2}'");
        assertEquals(Set.of("state.altered"), codes(check(directory)));
    }

    @Test
    void payloadsThatRetentionDeletedLeaveTheChainWhole() throws Exception {
        Journal.write(directory, 5, 5).tamper("DELETE FROM payload WHERE seq = 2");
        assertEquals(1, ((Outcome.Verified) check(directory).outcome()).payloadsDeleted());
    }

    // ------------------------------------------------------------------ keys, checkpoints, no trail

    @Test
    void checkpointsOfAnotherKeyAreNotTrusted() throws Exception {
        Journal.write(directory, 5, 5);
        Path other = directory.resolve("other");
        Journal.write(other, 1, 1);
        Checked checked =
                OfflineAudit.check(directory, Optional.of(other.resolve("keys").resolve("audit.pub")), _ -> {});
        assertEquals(Set.of("checkpoint.signature"), codes(checked));
    }

    @Test
    void aMissingKeyIsAFindingAndNotAFailure() throws Exception {
        Journal.write(directory, 5, 5);
        Files.delete(directory.resolve("keys").resolve("audit.pub"));
        assertEquals(Set.of("key.missing"), codes(check(directory)));
    }

    @Test
    void aFileThatIsNoJournalIsAFinding() throws Exception {
        Journal.write(directory, 5, 5);
        Files.writeString(directory.resolve("journal.db"), "this is no database, whatever its name says, by far");
        assertFalse(check(directory).isVerified());
    }

    // ------------------------------------------------------------------ export

    @Test
    void anExportVerifiesByItselfAndItsFlippedBytesAreFound() throws Exception {
        Journal.write(directory, 8, 8);
        Path bundle = directory.resolve("trail.jsonl");
        assertEquals(8, OfflineAudit.export(directory, Optional.empty(), bundle));
        assertTrue(check(bundle).isVerified());

        byte[] sound = Files.readAllBytes(bundle);
        Random random = new Random(7);
        List<Integer> missed = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byte[] damaged = sound.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(bundle, damaged);
            if (check(bundle).isVerified()) {
                missed.add(at);
            }
        }
        assertEquals(List.of(), missed);
    }

    @Test
    void anExportThatIsCutIsFound() throws Exception {
        Journal.write(directory, 8, 4);
        Path bundle = directory.resolve("trail.jsonl");
        OfflineAudit.export(directory, Optional.empty(), bundle);
        List<String> lines = Files.readAllLines(bundle);
        Files.write(bundle, lines.subList(0, 7));
        assertTrue(codes(check(bundle)).contains("bundle.cut"));
    }

    @Test
    void aBrokenTrailIsNotExported() throws Exception {
        Journal.write(directory, 5, 5).tamper("UPDATE record SET kind = 'x' WHERE seq = 3");
        Path bundle = directory.resolve("trail.jsonl");
        org.junit.jupiter.api.Assertions.assertThrows(
                IOException.class, () -> OfflineAudit.export(directory, Optional.empty(), bundle));
        assertFalse(Files.exists(bundle));
    }
}
