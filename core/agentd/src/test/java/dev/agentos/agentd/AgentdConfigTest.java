package dev.agentos.agentd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.agentd.http.ApiServer.TcpDoor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentdConfigTest {

    private static String problem(String... arguments) {
        return String.valueOf(assertThrows(
                        IllegalArgumentException.class, () -> AgentdConfig.parse(List.of(arguments), Optional.empty()))
                .getMessage());
    }

    @Test
    void everySettingHasItsOption() {
        assertEquals(
                new AgentdConfig(
                        Path.of("/s"),
                        Path.of("/r"),
                        Path.of("/x/execd"),
                        Optional.of(Path.of("/x/execd.sock")),
                        Path.of("/x/worker"),
                        Optional.of(new TcpDoor(8080, Path.of("/s/tcp-token"))),
                        Optional.of("http://otlp"),
                        true,
                        Optional.of(Path.of("/x/gpu"))),
                AgentdConfig.parse(
                        List.of(
                                "--state",
                                "/s/../s",
                                "--run",
                                "/r",
                                "--execd",
                                "/x/execd",
                                "--execd-socket",
                                "/x/execd.sock",
                                "--worker",
                                "/x/worker",
                                "--gpu-tools",
                                "/x/gpu",
                                "--tcp",
                                "8080"),
                        Optional.of("http://otlp")));
    }

    @Test
    void whatIsNotGivenIsClosedOrInItsUsualPlace() {
        AgentdConfig config = AgentdConfig.parse(List.of("--run", "/r", "--state", "/s"), Optional.empty());
        assertEquals(
                new AgentdConfig(
                        Path.of("/s"),
                        Path.of("/r"),
                        Path.of("/usr/lib/agentos/agentos-execd"),
                        Optional.empty(),
                        Path.of("/usr/lib/agentos/worker"),
                        Optional.empty(),
                        Optional.empty(),
                        true,
                        Optional.empty()),
                config);
        assertEquals(Path.of("/r/agentd.sock"), config.socket());
    }

    @Test
    void aMistakeIsNamed() {
        assertEquals("--state DIR is needed", problem("--run", "/r"));
        assertEquals("--run DIR is needed", problem("--state", "/s"));
        assertEquals("unknown option --port", problem("--port", "1"));
        assertEquals("--tcp needs a value", problem("--state", "/s", "--tcp"));
        for (String port : List.of("65536", "-1", "http", "", "999999")) {
            assertEquals("--tcp needs a port, not " + port, problem("--tcp", port));
        }
    }
}
