package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Short ways to a contract in tests. */
final class Contracts {
    static final String SOURCE = "c.yaml";

    /** What every contract begins with; three lines. */
    static final String HEAD = "apiVersion: agentos/v0.2\nkind: AgentContract\nname: test\n";

    private Contracts() {}

    /** A document from the lines after {@link #HEAD}. */
    static ContractDocument document(String body) {
        return accepted(ContractParser.parse(HEAD + body, SOURCE)).document();
    }

    static AgentContract contract(String body) {
        return document(body).contract();
    }

    /** The problems, warnings included, of the lines after {@link #HEAD}, valid or not. */
    static List<String> problems(String body) {
        return lines(ContractParser.parse(HEAD + body, SOURCE));
    }

    static List<String> lines(ParseOutcome outcome) {
        List<Problem> problems = switch (outcome) {
            case ParseOutcome.Parsed(ContractDocument _, List<Problem> warnings) -> warnings;
            case ParseOutcome.Invalid(List<Problem> found) -> found;
        };
        return problems.stream().map(Problem::toString).toList();
    }

    static ParseOutcome.Parsed accepted(ParseOutcome outcome) {
        return switch (outcome) {
            case ParseOutcome.Parsed parsed -> parsed;
            case ParseOutcome.Invalid invalid ->
                fail(String.join(
                        "\n", invalid.problems().stream().map(Problem::toString).toList()));
        };
    }

    static List<Problem> refused(ParseOutcome outcome) {
        return switch (outcome) {
            case ParseOutcome.Parsed parsed ->
                fail("accepted: " + parsed.document().canonicalJson());
            case ParseOutcome.Invalid invalid -> invalid.problems();
        };
    }

    /** The folder that holds the whole project. */
    static Path root() {
        return Path.of(System.getProperty("agentos.root", "../.."))
                .toAbsolutePath()
                .normalize();
    }

    static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
