package dev.agentos.domain.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void everyKindOfValueIsRead() throws JsonFormatException {
        Object value = Json.parse(
                " {\"b\":[1,-2.5,1e3,true,false,null,\"\"],\r\n\t\"a\":{\"\\u00e9\\n\\\"\\\\\\/\\b\\f\\r\\t\":\"😀\"}} ");

        List<@Nullable Object> items = new ArrayList<>(List.of(1L, -2.5, 1000.0, true, false));
        items.add(null);
        items.add("");
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("b", items);
        expected.put("a", Map.of("é\n\"\\/\b\f\r\t", "😀"));
        assertEquals(expected, value);
        assertEquals("[b, a]", ((Map<?, ?>) expected).keySet().toString());
    }

    @Test
    void wholeNumbersAreLongsWhileTheyFit() throws JsonFormatException {
        assertEquals(Long.MAX_VALUE, Json.parse("9223372036854775807"));
        assertEquals(Long.MIN_VALUE, Json.parse("-9223372036854775808"));
        assertEquals(0x1p63, Json.parse("9223372036854775808"));
        assertEquals(1e21, Json.parse("1000000000000000000000"));
        assertEquals(0L, Json.parse("-0"));
        assertEquals(-0.0, Json.parse("-0.0"));
        assertNull(Json.parse("null"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[1,]",
                "[1 2]",
                "{\"a\":1,}",
                "{\"a\"}",
                "{a:1}",
                "{\"a\":1 \"b\":2}",
                "'a'",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u123",
                "\"\t\"",
                "01",
                "-",
                "+1",
                ".5",
                "5.",
                "1e",
                "1e+",
                "0x1",
                "NaN",
                "Infinity",
                "tru",
                "nul",
                "1 2",
                "[1]]",
                "//c\n1",
                "1e400",
                "-1e400",
                "\u00a01",
                "\uFEFF1",
                "\u0661"
            })
    void whatOnlySomeReadersAcceptIsRefused(String text) {
        assertThrows(JsonFormatException.class, () -> Json.parse(text));
    }

    @Test
    void aNameThatAppearsTwiceIsRefusedWhereItStandsTheSecondTime() {
        JsonFormatException e = assertThrows(JsonFormatException.class, () -> Json.parse("{\"a\":1,\"\\u0061\":2}"));

        assertEquals("the name \"a\" appears twice at offset 7", e.getMessage());
        assertEquals(7, e.offset());
    }

    @Test
    void halvesOfSurrogatePairsAreRefused() throws JsonFormatException {
        assertEquals("😀", Json.parse("\"\\ud83d\\ude00\""));
        assertThrows(JsonFormatException.class, () -> Json.parse("\"\\ud83d\""));
        assertThrows(JsonFormatException.class, () -> Json.parse("\"\\ude00\\ud83d\""));
        assertThrows(JsonFormatException.class, () -> Json.parse("{\"\\ud83d\":1}"));
        assertThrows(JsonFormatException.class, () -> Json.parse("\"\ud83d\""));
    }

    @Test
    void depthAndSizeAreBounded() throws JsonFormatException {
        String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
        Json.parse(deep);
        assertThrows(JsonFormatException.class, () -> Json.parse("[" + deep + "]"));
        assertThrows(JsonFormatException.class, () -> Json.parse("[".repeat(1_000_000)));
        assertThrows(JsonFormatException.class, () -> Json.parse("[1,2]", 4));
        assertEquals(List.of(1L, 2L), Json.parse("[1,2]", 5));
    }

    @Test
    void whatWasReadCannotBeChanged() throws JsonFormatException {
        @SuppressWarnings("unchecked")
        Map<String, Object> map = (Map<String, Object>) parsed("{\"a\":[1]}");
        List<?> list = (List<?>) map.getOrDefault("a", List.of());

        assertThrows(UnsupportedOperationException.class, () -> map.put("b", 1));
        assertThrows(UnsupportedOperationException.class, () -> list.remove(0));
    }

    /** Damages valid texts in every way that a byte can be damaged: a value or the one declared exception. */
    @Test
    void damagedTextsGiveAValueOrTheDeclaredException() {
        Random random = new Random(8785);
        String seed = "{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":\"😀\"},\"d\":123456}";
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder(seed);
            for (int j = 0; j <= random.nextInt(4); j++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(0x100));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.insert(at, "{}[]\",:\\0e-u".charAt(random.nextInt(12)));
                }
            }
            try {
                Object value = Json.parse(text.toString());
                assertEquals(CanonicalJson.write(value), CanonicalJson.write(Json.parse(CanonicalJson.write(value))));
            } catch (JsonFormatException e) {
                refused++;
                assertTrue(e.offset() >= 0 && e.offset() <= text.length(), e.getMessage());
            }
        }
        assertTrue(refused > 10_000, "the damage did something: " + refused);
    }

    private static Object parsed(String text) throws JsonFormatException {
        Object value = Json.parse(text);
        if (value == null) {
            throw new AssertionError("null");
        }
        return value;
    }
}
