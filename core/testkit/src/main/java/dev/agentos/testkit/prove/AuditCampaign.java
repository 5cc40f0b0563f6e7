package dev.agentos.testkit.prove;

import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.domain.audit.AuditVerifier.Finding;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.service.Figures;
import dev.agentos.tui.audit.OfflineAudit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Damages copies of a real journal and asks the offline verifier. Every flipped byte of a record must be found at its
 * record; swaps, insertions, deletions and cut tails likewise; a flip anywhere in the file must be found or change nothing.
 */
final class AuditCampaign implements ProveMain.Campaign {

    private static final int RECORDS = 2_300;
    private static final int FLIPS = 300;

    private final List<String> findings = new ArrayList<>();
    private long tried;

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        int flips = asked > 0 ? asked : FLIPS;
        SplittableRandom random = new SplittableRandom(seed);
        Path base = Files.createTempDirectory("agentos-prove-audit");
        long started = System.nanoTime();
        try {
            Path original = base.resolve("original");
            make(original);
            expect("untouched", verify(original) instanceof Outcome.Verified);
            for (int i = 0; i < flips; i++) {
                flipField(base, original, random);
            }
            for (int i = 0; i < flips; i++) {
                flipFile(base, original, random);
            }
            for (int i = 0; i < 20; i++) {
                long seq = 2 + random.nextLong(RECORDS - 2);
                changed(
                        base,
                        original,
                        "swap " + seq,
                        seq,
                        List.of(
                                "UPDATE record SET seq = -1 WHERE seq = " + seq,
                                "UPDATE record SET seq = " + seq + " WHERE seq = " + (seq + 1),
                                "UPDATE record SET seq = " + (seq + 1) + " WHERE seq = -1"));
                changed(base, original, "delete " + seq, seq, List.of("DELETE FROM record WHERE seq = " + seq));
                changed(
                        base,
                        original,
                        "insert " + seq,
                        seq,
                        List.of(
                                "UPDATE record SET seq = -seq WHERE seq >= " + seq,
                                "INSERT INTO record SELECT " + seq
                                        + ", canonical, hash, kind, agent, run FROM record WHERE seq = 1",
                                "UPDATE record SET seq = 1 - seq WHERE seq < 0"));
            }
            // The last checkpoint was signed when the journal was closed, over every record.
            for (int i = 0; i < 20; i++) {
                long kept = 1 + random.nextLong(RECORDS - 1);
                changed(base, original, "cut after " + kept, kept, List.of("DELETE FROM record WHERE seq > " + kept));
            }
        } finally {
            delete(base);
        }
        findings.forEach(System.err::println);
        Figures figures = new Figures("prove", "audit")
                .top("tried", tried)
                .top("through", findings.size())
                .top("unexplained", 0)
                .put("records", RECORDS)
                .put("seed", seed)
                .put("seconds", (System.nanoTime() - started) / 1e9);
        return new ProveMain.Result(figures, findings.size());
    }

    private static void make(Path state) throws IOException {
        SqliteJournal journal = SqliteJournal.open(JournalFiles.in(state), TimeSource.system(), _ -> {});
        try (journal) {
            for (int i = 1; i <= RECORDS; i++) {
                var _ = journal.submit(Batch.of(
                        new Trace("campaign"),
                        new Event.ToolDecided(
                                "agent-x-001",
                                "agent-x-001.1",
                                "step-" + i,
                                "fs.write",
                                "allowed",
                                "contract",
                                "allowed by the contract",
                                "x.yaml:7:1 (capabilities)",
                                "/workspace/" + i)));
            }
        }
    }

    private static Outcome verify(Path state) throws IOException {
        return OfflineAudit.check(state, Optional.empty(), _ -> {}).outcome();
    }

    /** One byte of one field of one record. */
    private void flipField(Path base, Path original, SplittableRandom random) throws IOException, SQLException {
        long seq = 1 + random.nextLong(RECORDS);
        String table = random.nextInt(4) == 0 ? "payload" : "record";
        String[] columns = {"canonical", "hash", "kind", "agent", "run"};
        String column = table.equals("payload") ? "body" : columns[random.nextInt(columns.length)];
        Path copy = copy(base, original);
        try (Connection connection = open(copy)) {
            String text = read(connection, table, column, seq);
            int at = random.nextInt(text.length());
            char other = (char) (text.charAt(at) ^ (1 << random.nextInt(7)));
            String altered = text.substring(0, at) + other + text.substring(at + 1);
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE " + table + " SET " + column + " = ? WHERE seq = ?")) {
                update.setString(1, altered);
                update.setLong(2, seq);
                update.executeUpdate();
            }
        }
        String what = "flip in " + table + "." + column + " of record " + seq;
        located(what, verify(copy), seq);
        delete(copy);
    }

    /** One bit anywhere in the file: it is found, or everything that can be read is as it was. */
    private void flipFile(Path base, Path original, SplittableRandom random) throws IOException {
        Path copy = copy(base, original);
        Path database = JournalFiles.in(copy).database();
        byte[] bytes = Files.readAllBytes(database);
        int at = random.nextInt(bytes.length);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(database, bytes);
        tried++;
        if (verify(copy) instanceof Outcome.Verified && !content(copy).equals(content(original))) {
            findings.add("flip at byte " + at + " of the file: the content differs and nothing was found");
        }
        delete(copy);
    }

    private void changed(Path base, Path original, String what, long seq, List<String> statements)
            throws IOException, SQLException {
        Path copy = copy(base, original);
        try (Connection connection = open(copy);
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
        located(what, verify(copy), seq);
        delete(copy);
    }

    private void located(String what, Outcome outcome, long seq) {
        tried++;
        if (!(outcome instanceof Outcome.Broken broken)) {
            findings.add(what + ": not found");
        } else if (broken.findings().stream().mapToLong(Finding::seq).noneMatch(found -> Math.abs(found - seq) <= 1)) {
            findings.add(what + ": found, but located at " + broken.findings().getFirst());
        }
    }

    private void expect(String what, boolean good) {
        tried++;
        if (!good) {
            findings.add(what);
        }
    }

    private static List<String> content(Path state) throws IOException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = open(state);
                var statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT r.seq, r.canonical, r.hash, r.kind, r.agent, r.run, p.body FROM record r"
                                + " LEFT JOIN payload p ON p.seq = r.seq ORDER BY r.seq")) {
            while (result.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= 7; i++) {
                    row.append(result.getString(i)).append('\u0000');
                }
                rows.add(row.toString());
            }
        } catch (SQLException e) {
            rows.add("unreadable: " + e.getMessage());
        }
        return rows;
    }

    private static String read(Connection connection, String table, String column, long seq) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT " + column + " FROM " + table + " WHERE seq = ?")) {
            query.setLong(1, seq);
            try (ResultSet rows = query.executeQuery()) {
                return rows.getString(1);
            }
        }
    }

    private static Connection open(Path state) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:sqlite:" + JournalFiles.in(state).database());
    }

    private static Path copy(Path base, Path original) throws IOException {
        Path copy = Files.createTempDirectory(base, "copy");
        try (var files = Files.walk(original)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(original.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return copy;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
