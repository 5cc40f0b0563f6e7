package dev.agentos.bridge.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ContractWire.ContractText;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class WireJsonTest {

    private static final Spawn SPAWN = new Spawn(
            "k",
            "c.yaml",
            "text",
            Optional.of("SRT"),
            Optional.empty(),
            List.of("sh", "-c"),
            Map.of("n", 3L, "deep", Map.of("a", List.of(true))),
            false);

    private static final String SPAWN_JSON =
            "{\"key\":\"k\",\"source\":\"c.yaml\",\"contract\":\"text\",\"latency\":\"SRT\",\"command\":[\"sh\",\"-c\"],"
                    + "\"input\":{\"n\":3,\"deep\":{\"a\":[true]}},\"stdin\":false}";

    @Test
    void aRecordReadsBackAsItWas() {
        assertEquals(SPAWN, WireJson.read(WireJson.write(SPAWN), Spawn.class));
        assertEquals(SPAWN, WireJson.readStrict(WireJson.write(SPAWN), Spawn.class));
        assertEquals(SPAWN, WireJson.fromMap(WireJson.toMap(SPAWN), Spawn.class));
        assertEquals(SPAWN, WireJson.readStrict(SPAWN_JSON, Spawn.class), "what is optional may be left out");
    }

    @Test
    void namesAreSnakeCaseAndTimesAreText() {
        assertEquals(
                "{\"stream\":\"stdout\",\"offset\":1,\"next\":2,\"text\":\"\",\"ended\":true}",
                WireJson.write(new AgentWire.LogChunk("stdout", 1, 2, "", true)));
        assertEquals(
                Map.of("cpu_micros", 1L, "memory_bytes", 2L, "tool_calls", 3L),
                WireJson.toMap(new AgentWire.Usage(1, 2, 3)));
        record At(Instant at) {}
        assertEquals(
                "{\"at\":\"2026-03-01T00:00:00Z\"}", WireJson.write(new At(Instant.parse("2026-03-01T00:00:00Z"))));
    }

    @Test
    void whatAClientSendsMayHoldNothingUnknown() {
        String unknown = SPAWN_JSON.replaceFirst("\\{", "{\"surprise\":1,");
        assertThrows(JacksonException.class, () -> WireJson.readStrict(unknown, Spawn.class));
        assertEquals(SPAWN, WireJson.read(unknown, Spawn.class), "a newer agentd may say more");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "\"x\"",
                "7",
                "{\"source\":[]}",
                "{\"source\":\"a\",\"text\":{}}",
                "{\"source\":\"a\",}",
                "{'source':'a'}",
                "{\"source\":\"a\"}{",
                "{\"source\":NaN}"
            })
    void whatIsNoSuchRecordIsOnlyTheDeclaredError(String json) {
        assertThrows(JacksonException.class, () -> WireJson.readStrict(json, ContractText.class));
    }

    @Test
    void aVeryDeepTextIsRefusedAndDoesNotOverflow() {
        String deep = "{\"source\":" + "[".repeat(100_000);
        assertThrows(JacksonException.class, () -> WireJson.readStrict(deep, ContractText.class));
    }

    @Test
    void wholeNumbersStayWhole() {
        assertEquals(
                Map.of("small", 1L, "large", 4_294_967_296L, "decimal", 1.5),
                WireJson.toMap(Map.of("small", 1, "large", 4_294_967_296L, "decimal", 1.5)));
    }

    private enum Colour {
        DEEP_RED
    }

    private record Inner(Optional<Colour> colour, OptionalLong none, List<Colour> colours) {}

    private record Everything(
            String text,
            boolean isOn,
            int small,
            long large,
            double ratio,
            Optional<String> maybe,
            Optional<Inner> inner,
            OptionalInt count,
            Set<String> set,
            Map<String, Object> map,
            Object any,
            String contractSha256,
            Instant at,
            Path path,
            BigDecimal exact,
            Colour colour) {}

    @Test
    void aRecordAsAMapIsWhatTheMapperMakesOfIt() {
        Everything full = new Everything(
                "ä\u0001",
                true,
                1,
                1L << 40,
                0.1,
                Optional.of("m"),
                Optional.of(new Inner(Optional.of(Colour.DEEP_RED), OptionalLong.empty(), List.of(Colour.DEEP_RED))),
                OptionalInt.of(7),
                Set.of("one"),
                Map.of("deep", List.of(1, 2L, 0.5, Map.of("x", Optional.empty()))),
                new Inner(Optional.empty(), OptionalLong.of(3), List.of()),
                "abc",
                Instant.parse("2026-03-01T00:00:00Z"),
                Path.of("/a"),
                new BigDecimal("1.50"),
                Colour.DEEP_RED);
        assertEquals(WireJson.mapped(full), WireJson.toMap(full));
        assertEquals(
                List.copyOf(WireJson.mapped(full).keySet()),
                List.copyOf(WireJson.toMap(full).keySet()));
        Everything empty = new Everything(
                "",
                false,
                0,
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Set.of(),
                Map.of(),
                "any",
                "",
                Instant.EPOCH,
                Path.of(""),
                BigDecimal.ZERO,
                Colour.DEEP_RED);
        assertEquals(WireJson.mapped(empty), WireJson.toMap(empty));
    }
}
