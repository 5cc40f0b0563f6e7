package dev.agentos.agentd.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.secret.Redactor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingsTest {

    @TempDir
    Path folder;

    private Recordings recordings() throws IOException {
        Redactor redactor = Redactor.of(Map.of("mail", "correct horse battery".getBytes(StandardCharsets.UTF_8)));
        return new Recordings(folder.resolve("r"), () -> redactor);
    }

    private static Exchange tool(String step, String value) {
        return new Exchange(
                Exchange.TOOL, step, Map.of("tool", "t", "arguments", Map.of("x", value)), Map.of("outcome", "done"));
    }

    @Test
    void secretsAndPersonalDataNeverReachTheDisk() throws IOException {
        Recordings recordings = recordings();
        recordings.add("a-001.1", tool("s", "correct horse battery for ann@example.org, DE89 3704 0044 0532 0130 00"));
        String file = Files.readString(folder.resolve("r/a-001.1.jsonl"));
        assertFalse(file.contains("horse") || file.contains("ann@") || file.contains("3704"), file);
        assertTrue(String.valueOf(recordings
                        .read("a-001.1")
                        .orElseThrow()
                        .exchanges()
                        .getFirst()
                        .request())
                .contains("[redacted secret mail] for [redacted e-mail address], [redacted IBAN]"));
    }

    @Test
    void whatACrashToreIsNotReadAndIsWrittenOver() throws IOException {
        Recordings recordings = recordings();
        recordings.add("a-001.1", tool("one", "1"));
        Path file = folder.resolve("r/a-001.1.jsonl");
        Files.writeString(file, "{\"kind\":\"tool\",\"st", StandardOpenOption.APPEND);
        assertEquals(1, recordings.read("a-001.1").orElseThrow().exchanges().size());
        recordings.add("a-001.1", tool("two", "2"));
        assertEquals(
                List.of("one", "two"),
                recordings.read("a-001.1").orElseThrow().exchanges().stream()
                        .map(Exchange::step)
                        .toList());
    }

    @Test
    void aStepThatWasDoneAgainAfterACrashCountsOnce() throws IOException {
        Recordings recordings = recordings();
        recordings.add("a-001.1", tool("one", "1"));
        recordings.add("a-001.1", tool("one", "1"));
        assertEquals(1, recordings.read("a-001.1").orElseThrow().exchanges().size());
    }

    @Test
    void aRecordingHasAnEndAndSaysSo() throws IOException {
        Recordings recordings = recordings();
        String large = "x".repeat(5 * 1024 * 1024);
        for (int i = 0; i < 6; i++) {
            recordings.add("a-001.1", tool("s" + i, large));
        }
        assertTrue(Files.size(folder.resolve("r/a-001.1.jsonl")) <= Recordings.MOST_BYTES + 1);
        Recordings.Recording recording = recordings.read("a-001.1").orElseThrow();
        assertEquals(3, recording.exchanges().size());
        assertTrue(recording.cut());
    }

    @Test
    void aRunsNameIsNoPath() throws IOException {
        Recordings recordings = recordings();
        assertThrows(IllegalArgumentException.class, () -> recordings.read("../state"));
        assertTrue(recordings.read("none-001.1").isEmpty());
    }
}
