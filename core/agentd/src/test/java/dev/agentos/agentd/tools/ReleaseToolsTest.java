package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.agentd.fake.FakeSandbox;
import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.domain.extractive.TfIdfVectors;
import dev.agentos.domain.policy.ToolPin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of tools that a release approves is the list of tools that it has. */
class ReleaseToolsTest {

    @Test
    void eachBuiltInToolIsOnTheListAsItIs(@TempDir Path temp) throws Exception {
        SandboxedCalls calls = new SandboxedCalls(new FakeSandbox(), temp, "boot", List::of);
        List<Tool> tools = Tools.builtIn(new Tools.Means(
                new TfIdfVectors(), temp.resolve("undo"), temp.resolve("cache"), calls, new ManualTimeSource()));
        String now = tools.stream()
                .map(tool -> ToolPin.of(tool.descriptor()))
                .map(pin -> pin.digest() + " " + pin.name() + "\n")
                .collect(Collectors.joining());
        Path file = Path.of(System.getProperty("agentos.root", "../.."))
                .resolve("core/agentd/src/main/resources/dev/agentos/agentd/tools")
                .resolve(ReleaseTools.FILE);
        if (Boolean.getBoolean("agentos.regenerate")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, now);
        }
        assertEquals(
                now,
                Files.readString(file),
                "a built-in tool changed: say so in the changelog, then run this test with -Dagentos.regenerate=true");
    }
}
