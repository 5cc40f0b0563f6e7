package dev.agentos.testkit.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.port.Sandbox;
import dev.agentos.testkit.fake.FakeSandbox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fake keeps the contract of the real one. */
class FakeSandboxTest extends SandboxContract {

    @TempDir
    Path directory;

    @Override
    Sandbox open() {
        return new FakeSandbox();
    }

    @Override
    Path folder() {
        return directory;
    }

    @Override
    void shut() {
        // It is memory, and goes with the test.
    }

    /**
     * The tests of agentd are built before this module and have the fakes in their own package. They are the same
     * classes, to the letter: what is proven here holds for what they use.
     */
    @Test
    void theFakesThatAgentdsTestsUseAreTheOnesProvenHere() throws Exception {
        Path core = Path.of(System.getProperty("agentos.root", "../.."))
                .resolve("core")
                .normalize();
        for (String name : List.of("FakeSandbox.java", "ManualTimeSource.java")) {
            String here = Files.readString(core.resolve("testkit/src/main/java/dev/agentos/testkit/fake")
                    .resolve(name));
            String there = Files.readString(
                    core.resolve("agentd/src/test/java/dev/agentos/agentd/fake").resolve(name));
            assertEquals(here, there.replace("package dev.agentos.agentd.fake;", "package dev.agentos.testkit.fake;"));
        }
    }
}
