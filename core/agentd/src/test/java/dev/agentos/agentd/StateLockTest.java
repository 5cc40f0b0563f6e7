package dev.agentos.agentd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.TestAgentd;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StateLockTest {

    @TempDir
    Path directory;

    /** Another process that holds the lock until its input ends. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (var _ = StateLock.take(Path.of(arguments[0]))) {
                System.out.println("held");
                System.in.readAllBytes();
            }
        }
    }

    @Test
    void aSecondTakerIsToldWhoHasItAndWhatToDo() throws IOException {
        try (var _ = StateLock.take(directory)) {
            String message =
                    String.valueOf(assertThrows(StateLock.StateInUseException.class, () -> StateLock.take(directory))
                            .getMessage());
            assertEquals(
                    "another agentd (this process) uses " + directory
                            + "; use it with agentctl, stop it with agentctl shutdown, or give another --state",
                    message);
        }
        StateLock.take(directory).close();
    }

    @Test
    void anotherProcessIsNamedByItsIdAndItsDeathFreesTheLock() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .start();
        try (BufferedReader out = other.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("held", out.readLine());
            String message =
                    String.valueOf(assertThrows(StateLock.StateInUseException.class, () -> StateLock.take(directory))
                            .getMessage());
            assertTrue(message.startsWith("another agentd (process " + other.pid() + ") uses "), message);
        } finally {
            other.destroyForcibly();
        }
        assertTrue(other.waitFor(20, TimeUnit.SECONDS));
        StateLock.take(directory).close();
    }

    @Test
    void aSecondAgentdOnTheSameStateIsRefusedAndHarmsNothing() throws Exception {
        try (TestAgentd first = TestAgentd.start(directory)) {
            assertThrows(StateLock.StateInUseException.class, () -> TestAgentd.start(directory));
            assertEquals("ready", first.door.get("/v1/status").text("state"), "the first one's socket is still there");
        }
        try (TestAgentd third = TestAgentd.start(directory)) {
            assertEquals("ready", third.door.get("/v1/status").text("state"));
        }
    }
}
