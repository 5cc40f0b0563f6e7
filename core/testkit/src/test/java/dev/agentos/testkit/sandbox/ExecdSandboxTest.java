package dev.agentos.testkit.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Mechanism;
import dev.agentos.domain.port.Sandbox.SandboxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The native broker keeps the contract in both of its modes. */
class ExecdSandboxTest {

    interface Starting {
        ExecdBroker start(Path folder) throws Exception;
    }

    abstract static class Native extends SandboxContract {

        @TempDir
        Path directory;

        private Optional<ExecdBroker> broker = Optional.empty();
        private final Starting starting;

        Native(Starting starting) {
            this.starting = starting;
        }

        @Override
        Sandbox open() throws Exception {
            ExecdBroker started = starting.start(Files.createDirectory(directory.resolve("execd")));
            broker = Optional.of(started);
            needs(started.sandbox());
            return started.sandbox();
        }

        /** Where the host lacks what every sandbox needs, nothing can be shown here. */
        private static void needs(Sandbox sandbox) throws SandboxException {
            Sandbox.Host host = sandbox.host();
            for (String name : List.of("namespace.user", "namespace.net", "landlock", "seccomp")) {
                assumeTrue(
                        host.has(name),
                        "SKIP: this host lacks " + name + ": "
                                + host.mechanism(name).map(Mechanism::detail).orElse("not probed"));
            }
        }

        @Override
        Path folder() {
            return directory.resolve("execd");
        }

        @Override
        void shut() throws Exception {
            if (broker.isPresent()) {
                broker.get().stop();
            }
        }
    }

    @Nested
    class Unprivileged extends Native {
        Unprivileged() {
            super(ExecdBroker::unprivileged);
        }
    }

    @Nested
    class Privileged extends Native {
        Privileged() {
            super(ExecdBroker::privileged);
        }
    }
}
