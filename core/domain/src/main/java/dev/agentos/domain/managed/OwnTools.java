package dev.agentos.domain.managed;

import dev.agentos.domain.model.ModelRequest.ToolSpec;
import java.util.List;
import java.util.Map;

/** Tools of the loop itself: they touch nothing but the agent's own context. */
final class OwnTools {

    static final String NOTE = "scratchpad_write";
    static final String MORE = "result_more";

    static final List<ToolSpec> SPECS = List.of(
            new ToolSpec(
                    NOTE,
                    "Keeps a note for yourself; you are shown all of them at every turn. The same name replaces.",
                    Map.of(
                            "type", "object",
                            "properties", Map.of("name", Map.of("type", "string"), "text", Map.of("type", "string")),
                            "required", List.of("name", "text"))),
            new ToolSpec(
                    MORE,
                    "The next part of a result that was too long to show at once.",
                    Map.of(
                            "type", "object",
                            "properties", Map.of("call", Map.of("type", "string")),
                            "required", List.of("call"))));

    private OwnTools() {}

    static boolean isOne(String tool) {
        return tool.equals(NOTE) || tool.equals(MORE);
    }
}
