package dev.agentos.domain.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Cache;
import dev.agentos.domain.policy.ToolDescriptor.Cost;
import dev.agentos.domain.policy.ToolDescriptor.Credential;
import dev.agentos.domain.policy.ToolDescriptor.Draft;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.Idempotency;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Nothing of a tool that decides about a call can change without its digest. */
class ToolPinTest {

    private static Draft draft() {
        return ToolDescriptor.named("page.read", Effect.READS, "Reads a page.")
                .input(InputSchema.object().required("url", "string", "The page."));
    }

    @Test
    void thePinSaysEverythingInAFixedOrder() {
        ToolDescriptor tool = draft().capability("web")
                .paths(new PathArgument("from", Access.READ), new PathArgument("to", Access.WRITE))
                .destinations("url")
                .sensitive("key")
                .cache(Cache.AGENT)
                .cost(new Cost(2, 30))
                .credentials(new Credential("authorization", "url"))
                .writes(ResultLabels.UNTRUSTED)
                .build();
        ToolPin pin = ToolPin.of(tool);
        assertEquals("page.read", pin.name());
        assertEquals(
                List.of(
                        "cache: \"agent\"",
                        "capability: \"web\"",
                        "cost_calls: 2",
                        "cost_micro_usd: 30",
                        "credentials: [\"authorization to url\"]",
                        "destinations: [\"url\"]",
                        "effect: \"reads\"",
                        "idempotency: \"repeatable\"",
                        "input_schema.$schema: \"https://json-schema.org/draft/2020-12/schema\"",
                        "input_schema.additionalProperties: false",
                        "input_schema.properties.url.description: \"The page.\"",
                        "input_schema.properties.url.type: \"string\"",
                        "input_schema.required: [\"url\"]",
                        "input_schema.type: \"object\"",
                        "name: \"page.read\"",
                        "path_arguments: [\"from read\",\"to write\"]",
                        "reads: [\"trusted\",\"untrusted\"]",
                        "reversible: true",
                        "sensitive: [\"key\"]",
                        "summary: \"Reads a page.\"",
                        "writes: [\"untrusted\"]",
                        "writes_fields: {}"),
                pin.lines());
        assertEquals(Digests.sha256(pin.json()), pin.digest());
        assertEquals(71, pin.digest().length());
    }

    @Test
    void everyChangeOfADescriptorIsAnotherDigest() {
        List<Consumer<Draft>> changes = List.of(
                _ -> {},
                draft -> draft.capability("other"),
                draft -> draft.input(InputSchema.object().required("url", "string", "Another page.")),
                draft -> draft.idempotency(Idempotency.KEYED),
                draft -> draft.cost(new Cost(2, 0)),
                draft -> draft.cost(new Cost(1, 1)),
                draft -> draft.reads(Label.TRUSTED),
                draft -> draft.writes(ResultLabels.TRUSTED),
                draft -> draft.paths(new PathArgument("url", Access.READ)),
                draft -> draft.paths(new PathArgument("url", Access.WRITE)),
                draft -> draft.destinations("url"),
                draft -> draft.sensitive("url"),
                draft -> draft.cache(Cache.SHARED),
                draft -> draft.credentials(new Credential("a", "url")),
                draft -> draft.credentials(new Credential("a", "other")));
        Set<String> digests = new TreeSet<>();
        for (Consumer<Draft> change : changes) {
            Draft draft = draft();
            change.accept(draft);
            digests.add(ToolPin.of(draft.build()).digest());
        }
        assertEquals(changes.size(), digests.size());
    }

    @Test
    void aCommandAndEachOfItsFilesCountToo() {
        ToolDescriptor tool = draft().build();
        Map<String, String> files = new LinkedHashMap<>(Map.of("b.py", "00", "a.py", "11"));
        ToolPin pin = ToolPin.of(tool, List.of("/bin/sh", "-c", "true"), files);
        List<String> lines = pin.lines();
        assertEquals("argv: [\"/bin/sh\",\"-c\",\"true\"]", lines.getFirst());
        assertEquals(
                List.of("files.a.py: \"11\"", "files.b.py: \"00\""),
                lines.stream().filter(line -> line.startsWith("files")).toList());
        assertNotEquals(ToolPin.of(tool).digest(), pin.digest());
        assertNotEquals(
                pin.digest(),
                ToolPin.of(tool, List.of("/bin/sh", "-c", "false"), files).digest());
        files.put("a.py", "12");
        assertNotEquals(
                pin.digest(),
                ToolPin.of(tool, List.of("/bin/sh", "-c", "true"), files).digest());
    }

    @Test
    void aPinOfNoJsonSaysSo() {
        assertThrows(IllegalArgumentException.class, () -> new ToolPin("a", "{").lines());
    }
}
