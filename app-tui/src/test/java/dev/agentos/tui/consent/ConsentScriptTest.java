package dev.agentos.tui.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsentScriptTest {

    static AskView ask(String tool, String target) {
        return new AskView(
                "ask-1",
                "agent-a-001",
                "agent-a-001.1",
                "write",
                tool,
                target,
                "agent-a-001 wants to use " + tool,
                "save it",
                Map.of("bytes", 12L, "change", "new file"),
                "# Hello\nworld\n",
                false,
                "normal",
                target.substring(target.lastIndexOf('/') + 1),
                true,
                "a.yaml:4:1 (security.consent_for)",
                "/data",
                "2026-11-23T04:00:00Z",
                "",
                "digest",
                "tool",
                "text",
                "",
                List.of(
                        new ConsentWire.OptionView("once", "allow it, once"),
                        new ConsentWire.OptionView("run", "allow it until this run ends")),
                "",
                "pending",
                "");
    }

    private static Optional<String> answer(String script, AskView ask) {
        return ConsentScript.parse("answers", script.lines().toList())
                .ruleFor(ask)
                .map(rule -> (rule.allow() ? "allow " : "deny ") + rule.scope());
    }

    @Test
    void theFirstRuleThatFitsAnswers() {
        String script = """
                # not this one
                deny fs.write secret.md
                allow fs.write *.md run
                deny *
                """;
        assertEquals(Optional.of("deny once"), answer(script, ask("fs.write", "/data/secret.md")));
        assertEquals(Optional.of("allow run"), answer(script, ask("fs.write", "/data/a.md")));
        assertEquals(Optional.of("deny once"), answer(script, ask("email.send", "bob@example.org")));
    }

    @Test
    void aGlobWithASlashIsForTheWholeTarget() {
        assertEquals(Optional.of("allow once"), answer("allow fs.write /data/**", ask("fs.write", "/data/x/a.md")));
        assertEquals(Optional.empty(), answer("allow fs.write /data/**", ask("fs.write", "/etc/a.md")));
    }

    @Test
    void aRuleThatSaysNeitherIsAnErrorWithItsLine() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> ConsentScript.parse("answers", List.of("allow fs.write", "maybe fs.write")));
        assertEquals("answers:2: a rule begins with allow or deny, not maybe", e.getMessage());
    }

    @Test
    void anEmptyScriptIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> ConsentScript.parse("answers", List.of("# nothing")));
    }
}
