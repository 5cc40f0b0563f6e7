package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.agentd.tools.Tool.Place;
import dev.agentos.agentd.tools.Tool.ToolException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    private static final Arguments GIVEN = new Arguments(
            "fs.read",
            Map.of("text", "a", "number", 7L, "small", 3, "list", List.of("a", "b"), "mixed", List.of("a", 1L)));

    private interface Reading {
        Object read() throws ToolException;
    }

    private static String error(Reading reading) {
        ToolException e = assertThrows(ToolException.class, reading::read);
        return e.code() + ": " + e.getMessage();
    }

    @Test
    void eachKindIsReadAsItIs() throws ToolException {
        assertEquals("a", GIVEN.text("text"));
        assertEquals(Optional.empty(), GIVEN.optionalText("absent"));
        assertEquals(7, GIVEN.number("number", 1));
        assertEquals(3, GIVEN.number("small", 1));
        assertEquals(1, GIVEN.number("absent", 1));
        assertEquals(List.of("a"), GIVEN.texts("text"));
        assertEquals(List.of("a", "b"), GIVEN.texts("list"));
        assertEquals(List.of("a", 1L), GIVEN.list("mixed"));
        assertEquals(true, GIVEN.has("text"));
        assertEquals(false, GIVEN.has("absent"));
    }

    @Test
    void whatIsMissingOrOfAnotherKindIsNamed() {
        assertEquals("argument.missing: fs.read needs \"absent\": a text", error(() -> GIVEN.text("absent")));
        assertEquals("argument.type: fs.read: \"number\" must be a text", error(() -> GIVEN.text("number")));
        assertEquals("argument.type: fs.read: \"text\" must be a whole number", error(() -> GIVEN.number("text", 1)));
        assertEquals(
                "argument.missing: fs.read needs \"absent\": a text or a list of texts",
                error(() -> GIVEN.texts("absent")));
        assertEquals("argument.type: fs.read: \"mixed\" must be a list of texts", error(() -> GIVEN.texts("mixed")));
        assertEquals(
                "argument.type: fs.read: \"number\" must be a text or a list of texts",
                error(() -> GIVEN.texts("number")));
        assertEquals("argument.missing: fs.read needs \"absent\": a list", error(() -> GIVEN.list("absent")));
        assertEquals("argument.type: fs.read: \"text\" must be a list", error(() -> GIVEN.list("text")));
    }

    @Test
    void pathsLeadWhereTheContractSays() throws ToolException {
        Place place = new Place("agent-a-001", Path.of("/state/agents/a/workspace"));
        assertEquals(Path.of("/state/agents/a/workspace"), place.host("/workspace"));
        assertEquals(Path.of("/state/agents/a/workspace/x/y"), place.host("/workspace/x/y"));
        assertEquals(Path.of("/state/agents/a/workspace/x"), place.host("x"));
        assertEquals(Path.of("/etc/passwd"), place.host("/etc/passwd"));
        assertEquals(Path.of("/workspaces"), place.host("/workspaces"), "a neighbour's name is not the workspace");
        assertEquals(Path.of("/state/agents/a"), place.host("/workspace/.."), "climbing is visible to the policy");
        assertEquals(Path.of("/etc"), place.host("/a/../etc"));
        assertEquals("argument.path: a path cannot hold a NUL character", error(() -> place.host("a\0b")));
    }
}
