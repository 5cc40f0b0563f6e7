package dev.agentos.domain.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.port.Sandbox;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EventTest {

    /** The stable names: clients, audits and searches rest on them, so a change here is a change of the wire. */
    private static final Set<String> KINDS = new TreeSet<>(List.of(
            "service.started",
            "service.stopping",
            "content.suspected",
            "command.received",
            "command.finished",
            "operator.substitutes",
            "agent.admitted",
            "agent.rejected",
            "agent.moved",
            "sandbox.prepared",
            "process.exited",
            "agent.heartbeat-missed",
            "agent.limit-reached",
            "agent.restart-scheduled",
            "agent.dead-letter",
            "run.started",
            "run.finished",
            "catalog.changed",
            "budget.changed",
            "egress.closed",
            "egress.decided",
            "mail.changed",
            "secret.changed",
            "secret.used",
            "trust.changed",
            "task.begun",
            "task.ended",
            "tool.approval",
            "tool.decided",
            "tool.released",
            "effect.attempted",
            "effect.finished",
            "model.answered",
            "model.called",
            "model.refused",
            "model.substituted",
            "models.changed",
            "slo.missed",
            "consent.asked",
            "consent.answered",
            "consent.refused",
            "grant.given",
            "grant.ended"));

    private static List<Event> oneOfEach() {
        return Arrays.stream(Event.class.getPermittedSubclasses())
                .map(EventTest::sample)
                .toList();
    }

    private static Event sample(Class<?> type) {
        try {
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Object[] values = Arrays.stream(types).map(EventTest::value).toArray();
            return (Event) type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type + " is not a plain record", e);
        }
    }

    private static Object value(Class<?> type) {
        if (type == String.class) {
            return "x";
        }
        if (type == long.class) {
            return 7L;
        }
        if (type == double.class) {
            return 0.5;
        }
        if (type == int.class) {
            return 7;
        }
        if (type == Sandbox.Exit.class) {
            return new Sandbox.Exit(
                    "a.1", Optional.of(3), Optional.of(9), "exit", OptionalLong.of(5), OptionalLong.of(6));
        }
        return type == List.class ? List.of() : Map.of();
    }

    @Test
    void theKindsAreStableAndEachBelongsToOneEvent() {
        List<String> found = oneOfEach().stream().map(Event::kind).sorted().toList();
        assertEquals(List.copyOf(KINDS), found);
    }

    @TestFactory
    Stream<DynamicTest> everyPayloadIsPlainJsonWithSnakeCaseNames() {
        return oneOfEach().stream()
                .map(event -> DynamicTest.dynamicTest(event.kind(), () -> {
                    Object back = Json.parse(CanonicalJson.write(event.data()));
                    assertTrue(back instanceof Map<?, ?>, event.kind());
                    assertFalse(event.data().isEmpty(), "an event without a payload says nothing");
                    for (String name : event.data().keySet()) {
                        assertTrue(name.matches("[a-z][a-z0-9]*(_[a-z0-9]+)*"), name);
                    }
                    assertTrue(event.kind().matches("[a-z]+\\.[a-z-]+"), event.kind());
                }));
    }

    @Test
    void fieldsKeepTheirOrderAndMustAlternate() {
        assertEquals(
                List.of("b", "a"), List.copyOf(Event.fields("b", 1L, "a", 2L).keySet()));
        assertThrows(IllegalArgumentException.class, () -> Event.fields("a"));
    }
}
