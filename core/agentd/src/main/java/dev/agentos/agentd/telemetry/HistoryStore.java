package dev.agentos.agentd.telemetry;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;

/**
 * The measurements that the faces draw: one a second for 15 minutes in memory, one a minute (the mean) for 30 days in a
 * file of its own. A value that was not measured has no point; it is never shown as zero.
 */
public final class HistoryStore implements AutoCloseable {

    public static final Duration SECONDS_KEPT = Duration.ofMinutes(15);
    public static final Duration MINUTES_KEPT = Duration.ofDays(30);

    /** One series: whose, and what. */
    public record Key(String subject, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int bySubject = subject.compareTo(other.subject);
            return bySubject != 0 ? bySubject : name.compareTo(other.name);
        }
    }

    private static final int SLOTS = (int) SECONDS_KEPT.toSeconds();

    /** A ring of seconds and the sum of the running minute. */
    private static final class Ring {
        private final long[] seconds = new long[SLOTS];
        private final double[] values = new double[SLOTS];
        private double minuteSum;
        private int minuteCount;
        private long lastSecond;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Ring> rings = new TreeMap<>();
    private final Connection connection;
    private long minute = -1;

    private HistoryStore(Connection connection) {
        this.connection = connection;
    }

    public static HistoryStore open(Path file) throws IOException {
        try {
            SQLiteConfig config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            // Measurements may be lost in a power cut; only the journal must not be.
            config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE IF NOT EXISTS minute(subject TEXT NOT NULL, name TEXT NOT NULL,"
                        + " at INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY(subject, name, at)) WITHOUT ROWID");
            }
            return new HistoryStore(connection);
        } catch (SQLException e) {
            throw new IOException(
                    "the history " + file + " cannot be opened: " + e.getMessage() + "; it may be deleted safely", e);
        }
    }

    /** Adds the measurements of one second; finishes the minute before it where one is over. */
    public void record(Instant at, Map<Key, Double> values) {
        long second = at.getEpochSecond();
        lock.lock();
        try {
            if (minute >= 0 && second / 60 != minute) {
                flushMinute();
            }
            minute = second / 60;
            values.forEach((key, value) -> {
                Ring ring = rings.computeIfAbsent(key, _ -> new Ring());
                int slot = (int) (second % SLOTS);
                ring.seconds[slot] = second;
                ring.values[slot] = value;
                ring.lastSecond = second;
                ring.minuteSum += value;
                ring.minuteCount++;
            });
            rings.values().removeIf(ring -> second - ring.lastSecond > SLOTS);
        } finally {
            lock.unlock();
        }
    }

    private void flushMinute() {
        try (PreparedStatement insert = connection.prepareStatement(
                        "INSERT OR REPLACE INTO minute(subject, name, at, value) VALUES(?,?,?,?)");
                PreparedStatement forget = connection.prepareStatement("DELETE FROM minute WHERE at < ?")) {
            connection.setAutoCommit(false);
            for (Map.Entry<Key, Ring> entry : rings.entrySet()) {
                Ring ring = entry.getValue();
                if (ring.minuteCount > 0) {
                    insert.setString(1, entry.getKey().subject());
                    insert.setString(2, entry.getKey().name());
                    insert.setLong(3, minute * 60);
                    insert.setDouble(4, ring.minuteSum / ring.minuteCount);
                    insert.addBatch();
                    ring.minuteSum = 0;
                    ring.minuteCount = 0;
                }
            }
            insert.executeBatch();
            forget.setLong(1, minute * 60 - MINUTES_KEPT.toSeconds());
            forget.executeUpdate();
            connection.commit();
        } catch (SQLException e) {
            System.getLogger(HistoryStore.class.getName())
                    .log(System.Logger.Level.WARNING, "a minute of history was not kept: " + e.getMessage());
        }
    }

    /** Points of a second each, oldest first, as [seconds since the epoch, value]. */
    public Map<Key, List<double[]>> seconds(String subject, Instant since) {
        lock.lock();
        try {
            Map<Key, List<double[]>> result = new TreeMap<>();
            rings.forEach((key, ring) -> {
                if (!subject.isEmpty() && !key.subject().equals(subject)) {
                    return;
                }
                List<double[]> points = new ArrayList<>();
                for (int i = 0; i < SLOTS; i++) {
                    int slot = (int) ((ring.lastSecond + 1 + i) % SLOTS);
                    if (ring.seconds[slot] >= since.getEpochSecond() && ring.seconds[slot] > ring.lastSecond - SLOTS) {
                        points.add(new double[] {ring.seconds[slot], ring.values[slot]});
                    }
                }
                result.put(key, points);
            });
            return result;
        } finally {
            lock.unlock();
        }
    }

    /** Points of a minute each, oldest first. */
    public Map<Key, List<double[]>> minutes(String subject, Instant since) {
        lock.lock();
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT subject, name, at, value FROM minute WHERE at >= ?1 AND (?2 = '' OR subject = ?2)"
                        + " ORDER BY subject, name, at")) {
            query.setLong(1, since.getEpochSecond());
            query.setString(2, subject);
            Map<Key, List<double[]>> result = new HashMap<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    result.computeIfAbsent(new Key(rows.getString(1), rows.getString(2)), _ -> new ArrayList<>())
                            .add(new double[] {rows.getLong(3), rows.getDouble(4)});
                }
            }
            return new TreeMap<>(result);
        } catch (SQLException e) {
            throw new IllegalStateException("the history cannot be read: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (minute >= 0) {
                flushMinute();
            }
            connection.close();
        } catch (SQLException e) {
            System.getLogger(HistoryStore.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing the history: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }
}
