package dev.agentos.agentd.journal;

import dev.agentos.domain.audit.AuditVerifier;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.audit.AuditVerifier.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** Reads the files as an auditor does, past the service that wrote them. */
public final class TrailReader {

    private TrailReader() {}

    /** Checks the whole trail against its checkpoints. */
    public static Outcome verify(JournalFiles files) {
        try {
            AuditKeys keys = AuditKeys.loadOrCreate(files.privateKey(), files.publicKey());
            List<String> lines =
                    Files.exists(files.checkpoints()) ? Files.readAllLines(files.checkpoints()) : List.of();
            AuditVerifier verifier = new AuditVerifier(lines, keys.publicKey());
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + files.database());
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT r.seq, r.canonical, r.hash, p.body FROM record r"
                            + " LEFT JOIN payload p ON p.seq = r.seq ORDER BY r.seq")) {
                while (rows.next()) {
                    verifier.accept(new Stored(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            Optional.ofNullable(rows.getString(4))));
                }
            }
            return verifier.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many records another reader of the file sees now. */
    public static long count(JournalFiles files) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + files.database());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM record")) {
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
