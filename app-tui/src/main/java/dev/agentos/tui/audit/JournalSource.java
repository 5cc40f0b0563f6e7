package dev.agentos.tui.audit;

import dev.agentos.domain.audit.AuditVerifier.Stored;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.sqlite.SQLiteConfig;

/**
 * agentd's journal, read without agentd and without changing or adding a file beside it. Texts are read as bytes: a byte
 * that no longer makes a character is a finding, never a replacement character.
 */
final class JournalSource implements TrailSource {

    private static final long NOTHING = 0;

    private final Path database;
    private final Path checkpoints;
    private final Path key;
    private Optional<Path> copy = Optional.empty();

    /** @param key where the public key is, if not in its usual place */
    JournalSource(Path stateDirectory, Optional<Path> key) {
        this(
                stateDirectory.resolve("journal.db"),
                stateDirectory.resolve("checkpoints").resolve("checkpoints.jsonl"),
                key.orElse(stateDirectory.resolve("keys").resolve("audit.pub")));
    }

    JournalSource(Path database, Path checkpoints, Path key) {
        this.database = database.toAbsolutePath();
        this.checkpoints = checkpoints;
        this.key = key;
    }

    @Override
    public String name() {
        return database.toString();
    }

    @Override
    public Optional<String> publicKey() throws IOException {
        return Files.exists(key) ? Optional.of(Files.readString(key).strip()) : Optional.empty();
    }

    @Override
    public List<String> checkpoints() throws IOException {
        if (!Files.exists(checkpoints)) {
            return List.of();
        }
        String text = new String(Files.readAllBytes(checkpoints), StandardCharsets.UTF_8);
        // A line that a crash tore off has no end and was never acknowledged.
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    // ------------------------------------------------------------------ reading

    @Override
    public void read(Records records, Findings findings) throws IOException {
        try (Connection connection = open()) {
            long last = records(connection, records, findings);
            orphans(connection, findings);
            states(connection, findings);
            pages(connection, last, findings);
        } catch (SQLException e) {
            findings.find(NOTHING, "store.unreadable", "the journal cannot be read: " + e.getMessage());
        }
    }

    private Connection open() throws SQLException, IOException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(5_000);
        Path wal = database.resolveSibling(database.getFileName() + "-wal");
        Path shared = database.resolveSibling(database.getFileName() + "-shm");
        if (!Files.exists(wal) || Files.size(wal) == 0) {
            return config.createConnection("jdbc:sqlite:" + uri(database) + "?immutable=1");
        }
        if (Files.exists(shared)) {
            // agentd may be writing now; its lock file is read but not touched.
            return config.createConnection("jdbc:sqlite:" + uri(database) + "?mode=ro&readonly_shm=1");
        }
        return config.createConnection("jdbc:sqlite:" + uri(copied(wal)) + "?mode=ro");
    }

    /** A write-ahead log without its index needs a place where SQLite may make one. */
    private Path copied(Path wal) throws IOException {
        Path directory = Files.createTempDirectory("agentos-verify-");
        copy = Optional.of(directory);
        Path target = directory.resolve("journal.db");
        Files.copy(database, target, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(wal, directory.resolve("journal.db-wal"), StandardCopyOption.REPLACE_EXISTING);
        return target;
    }

    private static String uri(Path file) {
        return "file:" + file.toUri().getRawPath();
    }

    private long records(Connection connection, Records records, Findings findings) throws SQLException {
        long last = 0;
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT r.seq, CAST(r.canonical AS BLOB), CAST(r.hash AS BLOB), r.kind, r.agent, r.run,"
                        + " CAST(p.body AS BLOB), typeof(r.canonical) || typeof(r.hash) || typeof(r.kind)"
                        + " || typeof(r.agent) || typeof(r.run) || coalesce(nullif(typeof(p.body), 'null'), 'text')"
                        + " FROM record r LEFT JOIN payload p ON p.seq = r.seq WHERE r.seq > ? ORDER BY r.seq")) {
            statement.setFetchSize(500);
            statement.setLong(1, Long.MIN_VALUE);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long seq = rows.getLong(1);
                    last = Math.max(last, seq);
                    records.accept(record(seq, rows, findings));
                }
            }
        } catch (SQLException e) {
            damaged(connection, last, e, findings);
        }
        return last;
    }

    private static Stored record(long seq, ResultSet rows, Findings findings) throws SQLException {
        String canonical = text(rows.getBytes(2), seq, "record", findings);
        String hash = text(rows.getBytes(3), seq, "hash", findings);
        byte[] body = rows.getBytes(7);
        if (!"texttexttexttexttexttext".equals(rows.getString(8))) {
            findings.find(seq, "record.altered", "record " + seq + " is altered: a column is no text any more");
        }
        columns(seq, canonical, rows, findings);
        return new Stored(
                seq,
                canonical,
                hash,
                body == null ? Optional.empty() : Optional.of(text(body, seq, "payload", findings)));
    }

    /** The columns that repeat what the record says must say the same. */
    private static void columns(long seq, String canonical, ResultSet rows, Findings findings) throws SQLException {
        Map<?, ?> fields;
        try {
            fields = Json.parse(canonical) instanceof Map<?, ?> map ? map : Map.of();
        } catch (JsonFormatException e) {
            // The verifier reports a record that is not JSON; its columns have nothing to agree with.
            return;
        }
        String[] names = {"kind", "agent", "run"};
        for (int i = 0; i < names.length; i++) {
            String column = rows.getString(4 + i);
            Object field = fields.get(names[i]);
            if (field == null || !field.equals(column)) {
                findings.find(
                        seq,
                        "column.altered",
                        "the column " + names[i] + " of record " + seq + " does not say what the record says");
            }
        }
    }

    private static String text(byte[] bytes, long seq, String what, Findings findings) {
        if (bytes == null) {
            findings.find(seq, "record.altered", "the " + what + " of record " + seq + " is gone");
            return "";
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            findings.find(
                    seq,
                    what.equals("payload") ? "payload.altered" : "record.altered",
                    "the " + what + " of record " + seq + " is altered: not UTF-8");
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Finds the far side of a damaged page, so that the damage has two ends. */
    private static void damaged(Connection connection, long last, SQLException cause, Findings findings) {
        long after = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT seq FROM record ORDER BY seq DESC")) {
            while (rows.next() && rows.getLong(1) > last) {
                after = rows.getLong(1);
            }
        } catch (SQLException e) {
            // The damage is reached from the other side; where that was is what was wanted.
            System.getLogger(JournalSource.class.getName()).log(System.Logger.Level.DEBUG, "damage", e);
        }
        findings.find(
                last + 1,
                "store.damaged",
                "the journal is damaged after record " + last + (after > last + 1 ? " and before record " + after : "")
                        + ": " + cause.getMessage());
    }

    /** Payloads that no record names were moved there. */
    private static void orphans(Connection connection, Findings findings) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT p.seq FROM payload p LEFT JOIN record r ON r.seq = p.seq WHERE r.seq IS NULL")) {
            while (rows.next()) {
                findings.find(
                        rows.getLong(1),
                        "payload.orphan",
                        "there is a payload of record " + rows.getLong(1) + ", and no such record");
            }
        } catch (SQLException e) {
            findings.find(NOTHING, "store.damaged", "payloads cannot be read: " + e.getMessage());
        }
    }

    private static void states(Connection connection, Findings findings) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT kind, key, CAST(document AS BLOB), digest FROM state")) {
            while (rows.next()) {
                byte[] document = rows.getBytes(3);
                if (document == null || !Digests.sha256Hex(document).equals(rows.getString(4))) {
                    findings.find(
                            NOTHING,
                            "state.altered",
                            "the state document " + rows.getString(1) + "/" + rows.getString(2) + " is altered");
                }
            }
        } catch (SQLException e) {
            findings.find(NOTHING, "store.damaged", "state documents cannot be read: " + e.getMessage());
        }
    }

    /** What SQLite itself finds wrong with its pages. */
    private static void pages(Connection connection, long last, Findings findings) {
        List<String> said = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(10)")) {
            while (rows.next()) {
                said.add(rows.getString(1));
            }
        } catch (SQLException e) {
            said.add(String.valueOf(e.getMessage()));
        }
        if (said.isEmpty()) {
            said.add("its pages cannot be checked");
        }
        for (String line : said) {
            if (!"ok".equals(line)) {
                findings.find(
                        NOTHING,
                        "store.damaged",
                        "SQLite says: " + line.replace('\n', ' ') + "; records up to " + last + " were read");
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (copy.isPresent()) {
            try (Stream<Path> files = Files.walk(copy.get())) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
