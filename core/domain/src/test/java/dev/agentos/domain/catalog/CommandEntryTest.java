package dev.agentos.domain.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class CommandEntryTest {

    private static final String GOOD = "apiVersion: agentos/catalog/v1\nname: word.count\nversion: 1.0.0\n"
            + "summary: Counts words.\neffect: computes\nargv: [/bin/true]\n";

    private static List<String> problems(String text) {
        return assertInstanceOf(CommandEntry.Outcome.Invalid.class, CommandEntry.parse(text, "tool.yaml"))
                .problems();
    }

    @Test
    void aCommandThatAsksForSecretsIsRefusedInWords() {
        assertInstanceOf(CommandEntry.Outcome.Entry.class, CommandEntry.parse(GOOD, "tool.yaml"));
        for (String line : List.of("secrets: [api-token]\n", "credentials: [{argument: a, destination: b}]\n")) {
            List<String> problems = problems(GOOD + line);
            assertEquals(1, problems.size());
            assertTrue(problems.getFirst().startsWith("tool.yaml: a command gets no secrets: it has no network"));
        }
        assertEquals(List.of("tool.yaml: a tool has no \"network\""), problems(GOOD + "network: true\n"));
    }
}
