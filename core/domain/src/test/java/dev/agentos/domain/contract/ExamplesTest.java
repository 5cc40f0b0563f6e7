package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    private static final Path EXAMPLES = Contracts.root().resolve("examples");

    private static ParseOutcome.Parsed example(String name) {
        return Contracts.accepted(ContractParser.parse(Contracts.read(EXAMPLES.resolve(name)), name));
    }

    @Test
    void everyExampleIsAcceptedWithoutAWarningExceptTheOneThatIsMeantNotToBe() throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .filter(name -> Contracts.read(EXAMPLES.resolve(name)).contains("kind: AgentContract"))
                    .sorted()
                    .toList();
        }
        assertTrue(
                names.containsAll(
                        List.of("five-mistakes.yaml", "hrt-guard.yaml", "shell.yaml", "summarise-folder.yaml")),
                names::toString);
        for (String name : names) {
            if (!name.equals("five-mistakes.yaml")) {
                assertEquals(List.of(), example(name).warnings(), name);
            }
        }
    }

    @Test
    void theShellRunsAnyCommandWithNeitherFilesNorNetwork() {
        ContractDocument shell = example("shell.yaml").document();

        assertEquals(AgentRuntime.ProcessRuntime.of(List.of()), shell.contract().runtime());
        assertEquals(Egress.NONE, shell.contract().egress());
        assertEquals(List.of("/workspace"), shell.contract().filesystem().write());
        assertEquals(
                AgentRuntime.ProcessRuntime.of(List.of("ls")),
                Contracts.accepted(shell.withCommand(List.of("ls")))
                        .document()
                        .contract()
                        .runtime());
    }

    @Test
    void theSummaryAsksForItsFolderAndItsOutput() {
        assertEquals(
                "[folder, output]",
                example("summarise-folder.yaml").document().contract().inputs().toString());
    }

    @Test
    void theGuardReservesATenthOfACpu() {
        AgentContract guard = example("hrt-guard.yaml").document().contract();

        assertEquals(LatencyClass.HRT, guard.latency());
        assertEquals(0.1, guard.schedule().orElseThrow().utilisation(), 1e-12);
    }
}
