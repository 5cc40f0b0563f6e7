package dev.agentos.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkerOptionsTest {

    private static String refusal(String... arguments) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> WorkerOptions.parse(List.of(arguments)))
                        .getMessage());
    }

    @Test
    void everyArgumentIsRead() {
        assertEquals(
                new WorkerOptions(Path.of("/run/w"), Path.of("/opt/m"), Duration.ofSeconds(9)),
                WorkerOptions.parse(List.of("--socket", "/run/w", "--model", "/opt/m", "--idle-seconds", "9")));
    }

    @Test
    void theModelStandsBesideTheCodeByDefault() {
        WorkerOptions options = WorkerOptions.parse(List.of("--socket", "s"));
        assertTrue(options.model().endsWith("target/model"), options.model().toString());
        assertEquals(Duration.ofMinutes(5), options.idle());
    }

    @Test
    void mistakesAreNamed() {
        assertEquals("--socket PATH is needed", refusal());
        assertEquals("--socket needs a value", refusal("--socket"));
        assertEquals("unknown argument: --port", refusal("--socket", "s", "--port"));
        assertEquals(
                "--idle-seconds takes a whole number from 1 to 86400, not 0",
                refusal("--socket", "s", "--idle-seconds", "0"));
    }
}
