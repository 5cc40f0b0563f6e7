package dev.agentos.tui.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.language.Catalogue;
import dev.agentos.domain.language.Intent;
import dev.agentos.domain.language.Kind;
import dev.agentos.domain.language.Parameter;
import dev.agentos.tui.ctl.Agentctl;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.term.Console;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What sentences become must be what agentctl takes: the catalogue against the real grammar. */
class CatalogueGrammarTest {

    /** Said already, built later or by others; the shell says so when one is meant. */
    private static final Set<String> NOT_YET =
            Set.of("checkpoint", "restore", "fork", "replay", "catalog", "memory", "workflow", "bus", "secret");

    private static CommandLine grammar() {
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return Agentctl.whole(new CtlContext(
                new Console(InputStream.nullInputStream(), nowhere, nowhere, false, false, false, Map.of()), (_, _) -> {
                    throw new AssertionError("nothing is run here");
                }));
    }

    private static String value(Kind kind) {
        return switch (kind) {
            case CLASS -> "SRT";
            case NUMBER, DURATION -> "60";
            case DECISION -> "allow";
            case SCOPE -> "once";
            case PAIR -> "a=b";
            case NAME -> "bash";
            default -> "x";
        };
    }

    @Test
    void everyCommandOfTheCatalogueParses() throws Exception {
        String text;
        try (InputStream in = Catalogue.class.getResourceAsStream(Catalogue.RESOURCE)) {
            text = new String(in == null ? new byte[0] : in.readAllBytes(), StandardCharsets.UTF_8);
        }
        CommandLine grammar = grammar();
        Set<String> wrong = new TreeSet<>();
        int seen = 0;
        for (Intent intent : Catalogue.parse(text).intents()) {
            String head = intent.command().split(" ")[0];
            boolean missing = !grammar.getSubcommands().containsKey(head);
            if (intent.shell() || (missing && NOT_YET.contains(head))) {
                continue;
            }
            seen++;
            List<String> line = new ArrayList<>(List.of(intent.command().split(" ")));
            for (Parameter parameter : intent.parameters()) {
                boolean alternative = intent.command().equals("spawn") && parameter.kind() == Kind.NAME;
                if (parameter.kind() == Kind.COMMAND) {
                    line.addAll(List.of("--contract", "c.yaml", "--", "true"));
                } else if (parameter.required() && !alternative) {
                    line.add(value(parameter.kind()));
                } else if (!parameter.option().isEmpty()
                        && parameter.kind() != Kind.FLAG
                        && !intent.command().equals("run")) {
                    line.add(parameter.option());
                    line.add(value(parameter.kind()));
                } else if (parameter.kind() == Kind.FLAG && !parameter.option().equals("--all")) {
                    line.add(parameter.option());
                }
            }
            try {
                grammar.parseArgs(line.toArray(String[]::new));
            } catch (CommandLine.ParameterException e) {
                wrong.add(String.join(" ", line) + ": " + e.getMessage());
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue(seen >= 30, seen + " commands");
    }
}
