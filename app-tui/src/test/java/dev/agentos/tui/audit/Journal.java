package dev.agentos.tui.audit;

import dev.agentos.domain.audit.AuditRecord;
import dev.agentos.domain.audit.Checkpoint;
import dev.agentos.domain.audit.MerkleTree;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A real journal of agentd's format, written by the test. */
final class Journal {

    record Row(long seq, String canonical, String hash, String payload) {}

    final Path state;
    final List<Row> rows = new ArrayList<>();
    private final KeyPair keys;

    private Journal(Path state, KeyPair keys) {
        this.state = state;
        this.keys = keys;
    }

    Path database() {
        return state.resolve("journal.db");
    }

    /** A journal of {@code records} records with a checkpoint after each of {@code checkpoints}. */
    static Journal write(Path state, int records, int... checkpoints)
            throws IOException, SQLException, GeneralSecurityException {
        Journal journal =
                new Journal(state, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        Files.createDirectories(state.resolve("keys"));
        Files.createDirectories(state.resolve("checkpoints"));
        Files.writeString(
                state.resolve("keys").resolve("audit.pub"),
                Base64.getEncoder().encodeToString(journal.keys.getPublic().getEncoded()) + "\n");
        String prev = AuditRecord.GENESIS;
        for (long seq = 1; seq <= records; seq++) {
            String payload = CanonicalJson.write(new TreeMap<>(Map.of(
                    "step",
                    "step-" + seq,
                    "target",
                    "/workspace/größe-" + seq + ".md",
                    "words",
                    "ein Ünïcode 漢字 test")));
            AuditRecord record = new AuditRecord(
                    seq,
                    "2026-11-23T04:00:" + String.format("%02d", seq % 60) + "Z",
                    "tool.decided",
                    "agent-test-" + seq % 3,
                    "agent-test.1",
                    "c" + seq,
                    Digests.sha256Hex(payload.getBytes(StandardCharsets.UTF_8)),
                    prev);
            prev = AuditRecord.hashOf(record.canonical());
            journal.rows.add(new Row(seq, record.canonical(), prev, payload));
        }
        journal.store();
        journal.checkpoint(checkpoints);
        return journal;
    }

    /** Signs checkpoints over the rows as they are. */
    void checkpoint(int... counts) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int count : counts) {
            MerkleTree tree = new MerkleTree();
            rows.subList(0, count).forEach(row -> tree.append(row.canonical().getBytes(StandardCharsets.UTF_8)));
            lines.append(Checkpoint.sign(
                                    "2026-11-23T05:00:00Z",
                                    count,
                                    rows.get(count - 1).hash(),
                                    tree,
                                    "test",
                                    keys.getPrivate())
                            .line())
                    .append('\n');
        }
        Files.writeString(state.resolve("checkpoints").resolve("checkpoints.jsonl"), lines);
    }

    private void store() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE record(seq INTEGER PRIMARY KEY, canonical TEXT NOT NULL,"
                    + " hash TEXT NOT NULL, kind TEXT NOT NULL, agent TEXT NOT NULL, run TEXT NOT NULL)");
            statement.executeUpdate("CREATE INDEX record_agent ON record(agent, seq)");
            statement.executeUpdate("CREATE TABLE payload(seq INTEGER PRIMARY KEY, body TEXT NOT NULL)");
            statement.executeUpdate("CREATE TABLE state(kind TEXT NOT NULL, key TEXT NOT NULL, document TEXT NOT NULL,"
                    + " digest TEXT NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID");
            statement.executeUpdate("PRAGMA user_version = 1");
            connection.setAutoCommit(false);
            for (Row row : rows) {
                insert(connection, row);
            }
            try (PreparedStatement state =
                    connection.prepareStatement("INSERT INTO state VALUES('agent', 'a', ?, ?)")) {
                state.setString(1, "{\"a\":1}");
                state.setString(2, Digests.sha256Hex("{\"a\":1}"));
                state.executeUpdate();
            }
            connection.commit();
        }
    }

    static void insert(Connection connection, Row row) throws SQLException {
        Map<?, ?> fields;
        try {
            fields = dev.agentos.domain.json.Json.parse(row.canonical()) instanceof Map<?, ?> map ? map : Map.of();
        } catch (dev.agentos.domain.json.JsonFormatException e) {
            throw new AssertionError(e);
        }
        try (PreparedStatement record = connection.prepareStatement(
                        "INSERT INTO record(seq, canonical, hash, kind, agent, run) VALUES(?,?,?,?,?,?)");
                PreparedStatement payload = connection.prepareStatement("INSERT INTO payload(seq, body) VALUES(?,?)")) {
            record.setLong(1, row.seq());
            record.setString(2, row.canonical());
            record.setString(3, row.hash());
            record.setString(4, String.valueOf(fields.get("kind")));
            record.setString(5, String.valueOf(fields.get("agent")));
            record.setString(6, String.valueOf(fields.get("run")));
            record.executeUpdate();
            payload.setLong(1, row.seq());
            payload.setString(2, row.payload());
            payload.executeUpdate();
        }
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + database());
    }

    /** Runs statements on the file, as somebody with access to it would. */
    void tamper(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }
}
