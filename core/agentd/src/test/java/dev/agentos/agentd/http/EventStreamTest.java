package dev.agentos.agentd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.json.CanonicalJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EventStreamTest {

    @TempDir
    Path directory;

    /** A live reading: numbers as they come. HTTP/1.0, so that the body is what is sent and nothing else. */
    private static final class Stream implements AutoCloseable {
        private final SocketChannel channel;
        private final BufferedReader lines;

        Stream(TestAgentd agentd, String query, String headers) throws IOException {
            channel = agentd.door.connect();
            DoorClient.write(
                    channel,
                    ("GET /v1/events/stream" + query + " HTTP/1.0\r\nHost: localhost\r\n" + headers + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            lines = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            String line = lines.readLine();
            assertTrue(line != null && line.contains(" 200 "), String.valueOf(line));
            while (line != null && !line.equals(": agentd")) {
                line = lines.readLine();
            }
        }

        /** Every number up to and including the last. */
        List<Long> upTo(long last) throws IOException {
            List<Long> seqs = new ArrayList<>();
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("id: ")) {
                    seqs.add(Long.parseLong(line.substring(4)));
                    if (seqs.getLast() >= last) {
                        return seqs;
                    }
                }
                line = lines.readLine();
            }
            return seqs;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static long write(TestAgentd agentd, int number) {
        agentd.door.post("/v1/substitutes", CanonicalJson.write(Map.of("models", List.of("local/m" + number))));
        return Long.parseLong(agentd.door.get("/v1/status").text("audit", "records"));
    }

    @Test
    void aReaderFromAnyNumberSeesEveryLaterEventOnceWhileOthersWrite() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory)) {
            int before = 30;
            int during = 120;
            for (int i = 0; i < before; i++) {
                write(agentd, i);
            }
            long start = Long.parseLong(agentd.door.get("/v1/status").text("audit", "records"));
            long last = start + during;
            CountDownLatch writing = new CountDownLatch(10);
            CompletableFuture<Void> writers = CompletableFuture.allOf(LongStream.range(0, 4)
                    .mapToObj(w -> CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; i < during / 4; i++) {
                                    write(agentd, i);
                                    writing.countDown();
                                }
                            },
                            task -> Thread.ofVirtual().start(task)))
                    .toArray(CompletableFuture[]::new));
            List<CompletableFuture<List<Long>>> readers = new ArrayList<>();
            List<Long> from = List.of(0L, 1L, 7L, start - 1, start, 0L, 3L);
            for (int r = 0; r < from.size(); r++) {
                long since = from.get(r);
                if (r == 5) {
                    // The last two open in the middle of the writing.
                    assertTrue(writing.await(30, TimeUnit.SECONDS));
                }
                String query = r % 2 == 0 ? "?since=" + since : "";
                String headers = r % 2 == 0 ? "" : "Last-Event-ID: " + since + "\r\n";
                readers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try (Stream stream = new Stream(agentd, query, headers)) {
                                return stream.upTo(last);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        task -> Thread.ofVirtual().start(task)));
            }
            writers.get(60, TimeUnit.SECONDS);
            for (int r = 0; r < from.size(); r++) {
                assertEquals(
                        LongStream.rangeClosed(from.get(r) + 1, last).boxed().toList(),
                        readers.get(r).get(60, TimeUnit.SECONDS),
                        "from " + from.get(r));
            }
        }
    }

    @Test
    void withoutANumberAReaderSeesOnlyWhatIsNew() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory)) {
            long head = write(agentd, 1);
            try (Stream stream = new Stream(agentd, "", "")) {
                write(agentd, 2);
                assertEquals(List.of(head + 1), stream.upTo(head + 1));
            }
        }
    }

    @Test
    void whatIsOlderThanTheMemoryComesFromTheJournal() throws Exception {
        TestAgentd first = TestAgentd.start(directory);
        long head;
        try (first) {
            for (int i = 0; i < 20; i++) {
                write(first, i);
            }
            head = write(first, 20);
        }
        try (TestAgentd back = TestAgentd.again(directory, first);
                Stream stream = new Stream(back, "?since=0", "")) {
            assertEquals(LongStream.rangeClosed(1, head + 1).boxed().toList(), stream.upTo(head + 1));
        }
    }

    @Test
    void anOpenStreamDoesNotKeepTheServiceFromStopping() throws Exception {
        TestAgentd agentd = TestAgentd.start(directory);
        try (Stream stream = new Stream(agentd, "?since=0", "")) {
            stream.upTo(1);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(agentd::close);
            closing.get(20, TimeUnit.SECONDS);
        }
        try (TestAgentd again = TestAgentd.again(directory, agentd)) {
            assertEquals("ready", again.door.get("/v1/status").text("state"));
        }
    }

    @Test
    void aReaderThatGoesAwayIsForgotten() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory)) {
            for (int i = 0; i < 20; i++) {
                try (Stream stream = new Stream(agentd, "?since=0", "")) {
                    stream.upTo(1);
                }
            }
            assertEquals("ready", agentd.door.get("/v1/status").text("state"));
        }
    }
}
