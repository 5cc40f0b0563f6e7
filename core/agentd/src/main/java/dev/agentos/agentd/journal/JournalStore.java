package dev.agentos.agentd.journal;

import dev.agentos.domain.audit.AuditRecord;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Journal.StateDocument;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.sqlite.SQLiteConfig;

/**
 * The SQLite file: one connection for the single writer, one for readers. The tables are the public format that the
 * offline verifier reads too: {@code record(seq, canonical, hash, kind, agent, run)}, {@code payload(seq, body)},
 * {@code state(kind, key, document, digest)}.
 */
final class JournalStore implements AutoCloseable {

    private static final int FORMAT = 1;

    /** A question to the reading connection. */
    interface Query<T> {
        T ask(Reader reader) throws SQLException;
    }

    private final Path file;
    private final Connection writing;
    private final Connection reading;
    private final FileChannel log;
    private final ReentrantLock readLock = new ReentrantLock();
    private final PreparedStatement insertRecord;
    private final PreparedStatement insertPayload;
    private final PreparedStatement putState;
    private final PreparedStatement removeState;

    private JournalStore(Path file, Connection writing, Connection reading, FileChannel log) throws SQLException {
        this.file = file;
        this.writing = writing;
        this.reading = reading;
        this.log = log;
        this.insertRecord = writing.prepareStatement(
                "INSERT INTO record(seq, canonical, hash, kind, agent, run) VALUES(?,?,?,?,?,?)");
        this.insertPayload = writing.prepareStatement("INSERT INTO payload(seq, body) VALUES(?,?)");
        this.putState = writing.prepareStatement(
                "INSERT INTO state(kind, key, document, digest) VALUES(?,?,?,?) ON CONFLICT(kind, key)"
                        + " DO UPDATE SET document = excluded.document, digest = excluded.digest");
        this.removeState = writing.prepareStatement("DELETE FROM state WHERE kind = ? AND key = ?");
    }

    static JournalStore open(Path file) throws SQLException, IOException {
        Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Connection writing = connect(file);
        try (Statement statement = writing.createStatement()) {
            int format = statement.executeQuery("PRAGMA user_version").getInt(1);
            if (format > FORMAT) {
                writing.close();
                throw new IOException("the journal " + file + " has format " + format + ", this agentd knows up to "
                        + FORMAT + "; use the agentd that wrote it, or newer");
            }
            statement.executeUpdate(
                    "CREATE TABLE IF NOT EXISTS record(seq INTEGER PRIMARY KEY, canonical TEXT NOT NULL,"
                            + " hash TEXT NOT NULL, kind TEXT NOT NULL, agent TEXT NOT NULL, run TEXT NOT NULL)");
            statement.executeUpdate("CREATE INDEX IF NOT EXISTS record_agent ON record(agent, seq)");
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS payload(seq INTEGER PRIMARY KEY, body TEXT NOT NULL)");
            statement.executeUpdate(
                    "CREATE TABLE IF NOT EXISTS state(kind TEXT NOT NULL, key TEXT NOT NULL, document TEXT"
                            + " NOT NULL, digest TEXT NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID");
            statement.executeUpdate("PRAGMA user_version = " + FORMAT);
        }
        writing.setAutoCommit(false);
        Connection reading = connect(file);
        // Both connections keep the log where it is; its name must be durable before anything in it can be.
        FileChannel log = FileChannel.open(file.resolveSibling(file.getFileName() + "-wal"), StandardOpenOption.WRITE);
        log.force(true);
        try (FileChannel folder = FileChannel.open(file.getParent())) {
            folder.force(true);
        }
        return new JournalStore(file, writing, reading, log);
    }

    private static Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // What makes a commit durable is the flush of the log that `commit` adds: SQLite as it is built here would
        // write the
        // file's times as well, which costs another write. Before and after it copies the log it flushes by itself.
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setBusyTimeout(5_000);
        // Otherwise each insert is followed by a query for the row it made.
        config.setGetGeneratedKeys(false);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    Path file() {
        return file;
    }

    // ------------------------------------------------------------------ writing, by the writer thread only

    void begin() {
        // Auto-commit is off: the first statement after a commit begins the next transaction.
    }

    void insert(AuditRecord record, String canonical, String hash, String payload) throws SQLException {
        insertRecord.setLong(1, record.seq());
        insertRecord.setString(2, canonical);
        insertRecord.setString(3, hash);
        insertRecord.setString(4, record.kind());
        insertRecord.setString(5, record.agent());
        insertRecord.setString(6, record.run());
        insertRecord.executeUpdate();
        insertPayload.setLong(1, record.seq());
        insertPayload.setString(2, payload);
        insertPayload.executeUpdate();
    }

    void put(String kind, String key, String document) throws SQLException {
        putState.setString(1, kind);
        putState.setString(2, key);
        putState.setString(3, document);
        putState.setString(4, Digests.sha256Hex(document));
        putState.executeUpdate();
    }

    void remove(String kind, String key) throws SQLException {
        removeState.setString(1, kind);
        removeState.setString(2, key);
        removeState.executeUpdate();
    }

    /** Ends the transaction; when this returns it is on the disk. */
    void commit() throws SQLException, IOException {
        writing.commit();
        log.force(false);
    }

    void rollbackQuietly() {
        try {
            writing.rollback();
        } catch (SQLException e) {
            // The connection is about to be closed and the failure that led here is already reported.
            System.getLogger(JournalStore.class.getName()).log(System.Logger.Level.DEBUG, "rollback failed", e);
        }
    }

    long lastSeq() throws SQLException {
        try (Statement statement = writing.createStatement();
                ResultSet rows = statement.executeQuery("SELECT coalesce(max(seq), 0) FROM record")) {
            return rows.getLong(1);
        }
    }

    String hashOf(long seq) throws SQLException {
        if (seq == 0) {
            return AuditRecord.GENESIS;
        }
        try (PreparedStatement statement = writing.prepareStatement("SELECT hash FROM record WHERE seq = ?")) {
            statement.setLong(1, seq);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.getString(1);
            }
        }
    }

    void canonicalAfter(long after, Consumer<String> consumer) throws SQLException {
        try (PreparedStatement statement =
                writing.prepareStatement("SELECT canonical FROM record WHERE seq > ? ORDER BY seq")) {
            statement.setLong(1, after);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    consumer.accept(rows.getString(1));
                }
            }
        }
    }

    // ------------------------------------------------------------------ reading, by any thread

    <T> T read(Query<T> query) {
        readLock.lock();
        try {
            return query.ask(new Reader(reading));
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "the journal " + file + " cannot be read: " + e.getMessage()
                            + "; check it with: agentctl audit verify",
                    e);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public void close() {
        readLock.lock();
        try {
            log.close();
            reading.close();
            writing.close();
        } catch (SQLException | IOException e) {
            System.getLogger(JournalStore.class.getName())
                    .log(System.Logger.Level.WARNING, "closing the journal " + file + ": " + e.getMessage());
        } finally {
            readLock.unlock();
        }
    }

    /** Reads over one connection; valid only inside {@link #read}. */
    record Reader(Connection connection) {

        List<StateDocument> state(String kind) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT key, document, digest FROM state WHERE kind = ? ORDER BY key")) {
                statement.setString(1, kind);
                List<StateDocument> documents = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        String document = rows.getString(2);
                        if (!Digests.sha256Hex(document).equals(rows.getString(3))) {
                            throw new SQLException(
                                    "the state document " + kind + "/" + rows.getString(1) + " is damaged");
                        }
                        documents.add(new StateDocument(rows.getString(1), object(document)));
                    }
                }
                return documents;
            }
        }

        List<Recorded> events(long after, int limit) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT r.canonical, p.body FROM record r LEFT JOIN payload p ON p.seq = r.seq"
                            + " WHERE r.seq > ? ORDER BY r.seq LIMIT ?")) {
                statement.setLong(1, after);
                statement.setInt(2, limit);
                return collect(statement);
            }
        }

        List<Recorded> search(String agent, String kindPrefix, String text, long before, int limit)
                throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT r.canonical, p.body FROM record r LEFT JOIN payload p ON p.seq = r.seq"
                            + " WHERE r.seq < ?1 AND (?2 = '' OR r.agent = ?2)"
                            + " AND (?3 = '' OR substr(r.kind, 1, length(?3)) = ?3)"
                            + " AND (?4 = '' OR instr(lower(p.body), lower(?4)) > 0 OR instr(r.canonical, ?4) > 0)"
                            + " ORDER BY r.seq DESC LIMIT ?5")) {
                statement.setLong(1, before);
                statement.setString(2, agent);
                statement.setString(3, kindPrefix);
                statement.setString(4, text);
                statement.setInt(5, limit);
                return collect(statement);
            }
        }

        List<String> canonicalUpTo(long count) throws SQLException {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT canonical FROM record WHERE seq <= ? ORDER BY seq")) {
                statement.setLong(1, count);
                List<String> lines = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        lines.add(rows.getString(1));
                    }
                }
                return lines;
            }
        }

        private static List<Recorded> collect(PreparedStatement statement) throws SQLException {
            List<Recorded> events = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Map<String, Object> record = object(rows.getString(1));
                    String body = rows.getString(2);
                    events.add(new Recorded(
                            (Long) record.getOrDefault("seq", 0L),
                            Instant.parse(String.valueOf(record.get("time"))),
                            String.valueOf(record.get("kind")),
                            String.valueOf(record.get("agent")),
                            String.valueOf(record.get("run")),
                            String.valueOf(record.get("correlation")),
                            body == null ? Map.of("payload_deleted", true) : object(body)));
                }
            }
            return events;
        }

        private static Map<String, Object> object(String json) throws SQLException {
            try {
                if (Json.parse(json) instanceof Map<?, ?> map) {
                    Map<String, Object> copy = new HashMap<>();
                    map.forEach((key, value) -> {
                        if (value != null) {
                            copy.put(String.valueOf(key), value);
                        }
                    });
                    return copy;
                }
            } catch (JsonFormatException e) {
                throw new SQLException("a row is damaged: " + e.getMessage(), e);
            }
            throw new SQLException("a row is damaged: not a JSON object");
        }
    }
}
