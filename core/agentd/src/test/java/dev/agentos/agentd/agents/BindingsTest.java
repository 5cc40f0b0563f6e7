package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BindingsTest {

    private static final Map<String, Object> INPUT = Map.of("folder", "/data", "count", 3L, "tags", List.of("a"));

    private static final Map<String, Map<String, Object>> OUTPUTS =
            Map.of("read", Map.of("documents", List.of(Map.of("name", "a.md"), Map.of("name", "b.md")), "bytes", 12L));

    private static Object resolve(Object value) {
        return Bindings.resolve(Map.of("x", value), INPUT, OUTPUTS).getOrDefault("x", "nothing");
    }

    private static String missing(String value) {
        return String.valueOf(assertThrows(Bindings.MissingBindingException.class, () -> resolve(value))
                .getMessage());
    }

    @Test
    void aReferenceAloneIsTheValueItself() {
        assertEquals("/data", resolve("${input.folder}"));
        assertEquals(3L, resolve("${input.count}"));
        assertEquals(List.of("a"), resolve("${input.tags}"));
        assertEquals(List.of(Map.of("name", "a.md"), Map.of("name", "b.md")), resolve("${steps.read.documents}"));
    }

    @Test
    void namesAndNumbersLeadIntoAnOutput() {
        assertEquals("b.md", resolve("${steps.read.documents.1.name}"));
        assertEquals(Map.of("name", "a.md"), resolve("${steps.read.documents.0}"));
    }

    @Test
    void aReferenceInsideTextBecomesText() {
        assertEquals("3 in /data: [\"a\"]", resolve("${input.count} in ${input.folder}: ${input.tags}"));
        assertEquals("${input.folder} is written so", resolve("$${input.folder} is written so"));
    }

    @Test
    void treesAreFilledToTheirLeaves() {
        assertEquals(
                Map.of("a", List.of("/data", Map.of("b", 12L)), "c", 5L),
                resolve(Map.of("a", List.of("${input.folder}", Map.of("b", "${steps.read.bytes}")), "c", 5L)));
    }

    @Test
    void aReferenceWithoutAValueIsNamed() {
        assertEquals("${input.absent} has no value: give it with --input absent=VALUE", missing("a ${input.absent}"));
        assertEquals("${steps.read.absent} has no value: step read did not give it", missing("${steps.read.absent}"));
        assertEquals("${steps.later.x} has no value: step later did not give it", missing("${steps.later.x}"));
        assertEquals(
                "${steps.read.documents.2} has no value: step read did not give it",
                missing("${steps.read.documents.2}"));
        assertEquals(
                "${steps.read.documents.99999999999} has no value: step read did not give it",
                missing("${steps.read.documents.99999999999}"));
        assertEquals(
                "${steps.read.bytes.deeper} has no value: step read did not give it",
                missing("${steps.read.bytes.deeper}"));
    }
}
