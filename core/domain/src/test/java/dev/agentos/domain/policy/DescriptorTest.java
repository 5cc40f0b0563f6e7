package dev.agentos.domain.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Cache;
import dev.agentos.domain.policy.ToolDescriptor.Cost;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.Idempotency;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DescriptorTest {

    @Test
    void whatIsNotSaidHasTheSafeValue() {
        assertEquals(
                new ToolDescriptor(
                        "t",
                        "t",
                        "what",
                        "{\"type\":\"object\"}",
                        Effect.CHANGES,
                        false,
                        Idempotency.NONE,
                        Cost.ONE_CALL,
                        Set.of(Label.TRUSTED, Label.UNTRUSTED),
                        ResultLabels.UNTRUSTED,
                        List.of(),
                        List.of(),
                        List.of(),
                        Cache.NEVER,
                        List.of()),
                ToolDescriptor.named("t", Effect.CHANGES, "what").build());
        ToolDescriptor reads = ToolDescriptor.named("t", Effect.READS, "").build();
        assertEquals(ResultLabels.UNTRUSTED, reads.writes());
        assertEquals(Idempotency.REPEATABLE, reads.idempotency());
        assertTrue(reads.reversible());
        ToolDescriptor computes = ToolDescriptor.named("t", Effect.COMPUTES, "").build();
        assertEquals(ResultLabels.TRUSTED, computes.writes());
        assertFalse(ToolDescriptor.named("t", Effect.ASKS, "").build().idempotent());
    }

    @Test
    void everythingThatIsSaidIsKept() {
        ToolDescriptor tool = ToolDescriptor.named("t.x", Effect.READS, "what")
                .capability("t")
                .input("{\"type\":\"object\",\"properties\":{}}")
                .reversible()
                .idempotency(Idempotency.KEYED)
                .cost(new Cost(2, 30))
                .reads(Label.SECRET)
                .writes(ResultLabels.of(Labels.SECRET))
                .paths(new PathArgument("p", Access.READ))
                .destinations("d")
                .sensitive("s")
                .cache(Cache.SHARED)
                .build();
        assertEquals(
                new ToolDescriptor(
                        "t.x",
                        "t",
                        "what",
                        "{\"properties\":{},\"type\":\"object\"}",
                        Effect.READS,
                        true,
                        Idempotency.KEYED,
                        new Cost(2, 30),
                        Set.of(Label.SECRET),
                        ResultLabels.of(Labels.SECRET),
                        List.of(new PathArgument("p", Access.READ)),
                        List.of("d"),
                        List.of("s"),
                        Cache.SHARED,
                        List.of()),
                tool);
        assertTrue(tool.idempotent());
    }

    @Test
    void aDescriptorCannotBeWrong() {
        assertThrows(
                IllegalArgumentException.class,
                () -> ToolDescriptor.named("no name", Effect.READS, "").build());
        assertThrows(
                IllegalArgumentException.class,
                () -> ToolDescriptor.named("t", Effect.CHANGES, "")
                        .cache(Cache.AGENT)
                        .build());
        assertThrows(
                IllegalArgumentException.class,
                () -> ToolDescriptor.named("t", Effect.ASKS, "")
                        .cache(Cache.SHARED)
                        .build());
        assertThrows(IllegalArgumentException.class, () -> new Cost(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Cost(0, -1));
        assertEquals(new Cost(0, 0), new Cost(0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ToolDescriptor(
                        "t",
                        "t",
                        "",
                        "{ \"type\": \"object\" }",
                        Effect.READS,
                        true,
                        Idempotency.NONE,
                        Cost.ONE_CALL,
                        Set.of(),
                        ResultLabels.TRUSTED,
                        List.of(),
                        List.of(),
                        List.of(),
                        Cache.NEVER,
                        List.of()));
        assertEquals(
                Cache.AGENT,
                ToolDescriptor.named("t", Effect.COMPUTES, "")
                        .cache(Cache.AGENT)
                        .build()
                        .cache());
    }

    @Test
    void effectsThatChangeSomethingAreConsequential() {
        assertEquals(
                List.of(Effect.CHANGES, Effect.ASKS),
                List.of(Effect.values()).stream()
                        .filter(Effect::isConsequential)
                        .toList());
    }

    @Test
    void schemasAreCanonicalObjects() {
        String json = InputSchema.object()
                .required("b", "string", "B")
                .optional("a", InputSchema.texts(), "A")
                .required("c", Map.of("type", "array"), "C")
                .json();
        assertEquals(
                "{\"$schema\":\"" + InputSchema.DIALECT
                        + "\",\"additionalProperties\":false,\"properties\":{\"a\":{\"anyOf\":"
                        + "[{\"type\":\"string\"},{\"items\":{\"type\":\"string\"},\"type\":\"array\"}],\"description\":\"A\"},"
                        + "\"b\":{\"description\":\"B\",\"type\":\"string\"},\"c\":{\"description\":\"C\",\"type\":\"array\"}},"
                        + "\"required\":[\"b\",\"c\"],\"type\":\"object\"}",
                json);
        assertEquals(json, InputSchema.canonical(json));
        assertEquals(List.of("b", "c"), InputSchema.required(json));
        assertEquals(List.of(), InputSchema.required("{\"type\":\"object\"}"));
        assertThrows(IllegalArgumentException.class, () -> InputSchema.canonical("{\"type\":\"array\"}"));
        assertThrows(IllegalArgumentException.class, () -> InputSchema.canonical("[]"));
        assertThrows(IllegalArgumentException.class, () -> InputSchema.canonical("{"));
        assertThrows(IllegalArgumentException.class, () -> InputSchema.required("{"));
        assertEquals(
                json,
                ToolDescriptor.named("t", Effect.READS, "")
                        .input(InputSchema.object()
                                .required("b", "string", "B")
                                .optional("a", InputSchema.texts(), "A")
                                .required("c", Map.of("type", "array"), "C"))
                        .build()
                        .inputSchema());
    }

    @Test
    void labelsOnlyRise() {
        assertEquals(new Labels(true, true), Labels.UNTRUSTED.and(Labels.SECRET));
        assertEquals(Labels.TRUSTED, Labels.TRUSTED.and(Labels.TRUSTED));
        assertEquals(Labels.UNTRUSTED, Labels.TRUSTED.and(Labels.UNTRUSTED));
        assertEquals(Labels.SECRET, Labels.all(List.of(Labels.TRUSTED, Labels.SECRET)));
        assertEquals(List.of("trusted"), Labels.TRUSTED.words());
        assertEquals(List.of("untrusted", "secret"), new Labels(true, true).words());
        assertEquals(List.of(Label.TRUSTED, Label.SECRET), Labels.SECRET.asList());
        assertEquals(Optional.of(Label.SECRET), Label.of("secret"));
        assertEquals(Optional.empty(), Label.of("SECRET"));
        assertEquals("person", Provenance.PERSON.word());
        assertEquals(
                List.of(Provenance.PERSON, Provenance.TRUSTED, Provenance.CONTRACT),
                List.of(Provenance.values()).stream()
                        .filter(Provenance::isVouched)
                        .toList());
    }

    @Test
    void fieldsHaveLabelsOfTheirOwn() {
        ResultLabels labels = new ResultLabels(Labels.UNTRUSTED, Map.of("a.*.iban", Labels.TRUSTED));
        assertEquals(Labels.TRUSTED, labels.at("a.0.iban"));
        assertEquals(Labels.TRUSTED, labels.at("a.x.iban.part"), "what lies below a field is of the field");
        assertEquals(Labels.UNTRUSTED, labels.at("a.0.remark"));
        assertEquals(Labels.UNTRUSTED, labels.at("a.0"));
        assertEquals(Labels.UNTRUSTED, labels.at("b.0.iban"));
        assertThrows(
                IllegalArgumentException.class, () -> new ResultLabels(Labels.TRUSTED, Map.of("a..b", Labels.TRUSTED)));
    }

    @Test
    void aScopeNarrows() {
        TaskScope scope = new TaskScope(Optional.of(Set.of("a")), Map.of("a", 2));
        assertTrue(scope.holds("a"));
        assertFalse(scope.holds("b"));
        assertTrue(TaskScope.OPEN.holds("b"));
        assertFalse(TaskScope.of(List.of("x")).holds("y"));
        assertEquals(Optional.of(2), scope.limit("a"));
        assertEquals(Optional.empty(), scope.limit("b"));
        assertThrows(IllegalArgumentException.class, () -> new TaskScope(Optional.empty(), Map.of("a", -1)));
        assertEquals(Optional.of(0), new TaskScope(Optional.empty(), Map.of("a", 0)).limit("a"));
    }

    @Test
    void aDenialIsRememberedInEverySpelling() {
        Origin place = new Origin("to", "evil@example.net", Origin.Role.DESTINATION, Provenance.UNTRUSTED, "");
        Origin amount = new Origin("amount", "1000", Origin.Role.SENSITIVE, Provenance.UNKNOWN, "");
        Origin person = new Origin("cc", "boss@example.org", Origin.Role.DESTINATION, Provenance.PERSON, "");
        assertEquals(Set.of("evilexamplenet"), Denials.of(List.of(place, amount, person)));
        assertEquals(Set.of("1000"), Denials.of(List.of(amount, person)));
        Origin link = new Origin("text", "www.evil.example", Origin.Role.LINK, Provenance.UNKNOWN, "");
        assertEquals(Set.of("wwwevilexample"), Denials.of(List.of(link, amount)));
        Set<String> denied = Denials.of(List.of(place));
        for (String value : List.of("EVIL@example.net", "e v i l@example.net", "ZXZpbEBleGFtcGxlLm5ldA==")) {
            assertTrue(
                    Denials.covers(
                            denied, List.of(new Origin("to", value, Origin.Role.DESTINATION, Provenance.UNKNOWN, ""))),
                    value);
        }
        assertFalse(Denials.covers(denied, List.of(amount)));
        assertFalse(Denials.covers(denied, List.of()));
        Origin short1 = new Origin("to", "ev", Origin.Role.DESTINATION, Provenance.UNKNOWN, "");
        assertEquals(Set.of(), Denials.of(List.of(short1)), "two letters stand for too much");
    }
}
