package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationTest {
    private static final String OLD = """
            apiVersion: agentos/v0.1
            kind: AgentContract
            name: old-agent
            latency: SRT
            tools: [web.fetch]
            models: [local/llama3]
            compute: { cpu: 1 }
            """;

    @Test
    void anOlderContractIsReadAndEachChangeIsNamed() {
        ParseOutcome.Parsed parsed = Contracts.accepted(ContractParser.parse(OLD, "old.yaml"));

        assertEquals(
                List.of(
                        "old.yaml:1:1: warning: agentos/v0.1 was read as agentos/v0.2 [migrated]; rename it in the file; the"
                                + " old spelling will not be read for ever",
                        "old.yaml:4:1: warning: latency was read as class.latency [migrated]; rename it in the file; the"
                                + " old spelling will not be read for ever",
                        "old.yaml:5:1: warning: tools was read as capabilities [migrated]; rename it in the file; the old"
                                + " spelling will not be read for ever",
                        "old.yaml:6:1: warning: models was read as modelPolicy.allow [migrated]; rename it in the file; the"
                                + " old spelling will not be read for ever"),
                parsed.warnings().stream().map(Problem::toString).toList());
        assertEquals(
                "old.yaml:4:1 (class.latency)",
                parsed.document().lineOf("class.latency").toString());
    }

    @Test
    void theMigratedContractIsTheSameAsOneWrittenToday() {
        ContractDocument migrated =
                Contracts.accepted(ContractParser.parse(OLD, "old.yaml")).document();
        String today = OLD.replace("v0.1", "v0.2")
                .replace("latency: SRT", "class: { latency: SRT }")
                .replace("tools:", "capabilities:")
                .replace("models: [local/llama3]", "modelPolicy: { allow: [local/llama3] }");

        assertEquals(
                Contracts.accepted(ContractParser.parse(today, "new.yaml"))
                        .document()
                        .digest(),
                migrated.digest());
        assertEquals(
                migrated.digest(),
                Contracts.accepted(ContractParser.parse(ContractYaml.write(migrated.contract()), "written.yaml"))
                        .document()
                        .digest());
    }

    @Test
    void whatIsNewerThanTheVersionIsNotReadUnderIt() {
        assertEquals(
                List.of(
                        "old.yaml:8:1: error: a contract of version agentos/v0.1 has no \"budget\" [unknown-key]; write"
                                + " apiVersion: agentos/v0.2 to use it",
                        "old.yaml:9:1: error: a contract of version agentos/v0.1 has no \"tool\" [unknown-key]; did you"
                                + " mean \"tools\"?"),
                Contracts.refused(ContractParser.parse(OLD + "budget: {}\ntool: []\n", "old.yaml")).stream()
                        .filter(problem -> problem.severity() == Severity.ERROR)
                        .map(Problem::toString)
                        .toList());
    }

    @Test
    void anUnknownVersionListsThoseThatAreKnown() {
        assertEquals(
                List.of(
                        "c.yaml:1:13: error: the version \"agentos/v9\" is not known [unknown-version]; write apiVersion:"
                                + " agentos/v0.2; supported are agentos/v0.2, agentos/v0.1"),
                Contracts.lines(ContractParser.parse("apiVersion: agentos/v9\nfuture: 1\n", Contracts.SOURCE)));
        assertEquals(
                "c.yaml:1:13: error: apiVersion must be text, not the number 0.2 [wrong-type]; write apiVersion:"
                        + " agentos/v0.2; supported are agentos/v0.2, agentos/v0.1",
                Contracts.lines(ContractParser.parse("apiVersion: 0.2\n", Contracts.SOURCE))
                        .getLast());
    }
}
