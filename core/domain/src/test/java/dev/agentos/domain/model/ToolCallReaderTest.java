package dev.agentos.domain.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolCallReaderTest {

    private static final Set<String> NAMES = Set.of("weather", "fs_read");
    private static final String CALL = "{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}";
    private static final String OSLO = "weather{\"city\":\"Oslo\"}";

    private static ToolCallReader reader() {
        return new ToolCallReader(NAMES, true, number -> "c" + number);
    }

    private static String shown(List<ModelChunk> chunks) {
        StringBuilder shown = new StringBuilder();
        for (ModelChunk chunk : chunks) {
            switch (chunk) {
                case ModelChunk.Text text -> shown.append(text.text());
                case ModelChunk.Reasoning _ -> throw new AssertionError("nobody thinks aloud here");
                case ModelChunk.Call call ->
                    shown.append("[")
                            .append(call.id())
                            .append(" ")
                            .append(call.name())
                            .append(call.arguments())
                            .append("]");
            }
        }
        return shown.toString();
    }

    private static String read(ToolCallReader reader, String answer, int size) {
        List<ModelChunk> chunks = new ArrayList<>();
        for (int i = 0; i < answer.length(); i += size) {
            chunks.addAll(reader.add(answer.substring(i, Math.min(answer.length(), i + size))));
        }
        chunks.addAll(reader.end());
        return shown(chunks);
    }

    /** The same however the answer is cut into pieces. */
    private static String read(String answer) {
        String whole = read(reader(), answer, Math.max(1, answer.length()));
        for (int size : List.of(1, 2, 3, 7)) {
            assertEquals(whole, read(reader(), answer, size), "in pieces of " + size);
        }
        return whole;
    }

    private static String tag(String inside) {
        return "<tool_call>\n" + inside + "\n</tool_call>";
    }

    @Test
    void aCallBetweenTagsIsACallAndWhatStandsBeforeIsText() {
        assertEquals("[c0 " + OSLO + "]", read(tag(CALL)));
        assertEquals("I look.[c0 " + OSLO + "]", read("I look.\n\n" + tag(CALL) + "\n"));
        assertEquals(
                "[c0 " + OSLO + "][c1 fs_read{\"paths\":[\"/a\"]}]",
                read(tag(CALL) + "\n" + tag("{\"name\":\"fs_read\",\"parameters\":{\"paths\":[\"/a\"]}}")));
        assertEquals("[c0 " + OSLO + "] done", read(tag(CALL) + " done"));
    }

    @Test
    void anAnswerThatIsNothingButJsonIsACall() {
        assertEquals("[c0 " + OSLO + "]", read(CALL));
        assertEquals("[c0 " + OSLO + "]", read("\n " + CALL.replace("arguments", "parameters") + "\n"));
        assertEquals("[c0 " + OSLO + "]", read("```json\n" + CALL + "\n```"));
        assertEquals("[c0 " + OSLO + "]", read("<|python_tag|>" + CALL));
        assertEquals("[c0 " + OSLO + "][c1 " + OSLO + "]", read("[TOOL_CALLS][" + CALL + ", " + CALL + "]"));
        assertEquals("[c0 " + OSLO + "][c1 " + OSLO + "]", read(CALL + "; " + CALL));
        assertEquals(
                "[c0 " + OSLO + "]",
                read(
                        "{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}}"));
        assertEquals("[c0 " + OSLO + "]", read("{\"tool_calls\":[" + CALL + "]}"));
        assertEquals("[c0 weather{}]", read("{\"name\":\"weather\"}"));
        assertEquals("[c0 " + OSLO + "]That is it.", read(CALL + " That is it."));
    }

    @Test
    void aCallThatTheModelForgotToEndIsOneAllTheSame() {
        assertEquals("[c0 " + OSLO + "]", read("<tool_call>" + CALL));
    }

    @Test
    void whatIsNoCallOfAToolThatIsOfferedStaysTextAsItWasSaid() {
        for (String garbage : List.of(
                "",
                "Hello there.",
                " a < b <tool and <tool_cal",
                "{\"berth\": 12}",
                "{\"name\": \"rm\", \"arguments\": {}}",
                "{\"name\": \"weather\", \"arguments\": 3}",
                "{\"name\": \"weather\", \"arguments\": \"no json\"}",
                "{\"name\": \"weather\", \"arguments\": {\"n\": 1e999}}",
                "{\"name\": \"weather\", \"argu",
                "[1] see below",
                "[" + CALL + ", 5]",
                "```python\nprint(1)\n```",
                tag("{\"name\": \"rm\", \"arguments\": {}}"),
                tag("nothing") + " and more",
                tag(""),
                "<tool_call><tool_call></tool_call>",
                "{{{{{{{{",
                "[".repeat(500) + "{\"name\":" + "[".repeat(500),
                "\u0000\ud800<tool_call>\udc00")) {
            assertEquals(garbage, read(garbage));
        }
    }

    @Test
    void nothingOfWhatMayBecomeACallIsGivenOn() {
        ToolCallReader reader = reader();
        StringBuilder given = new StringBuilder();
        String answer = "Well: " + tag(CALL);
        for (char c : answer.substring(0, answer.length() - 1).toCharArray()) {
            given.append(shown(reader.add(String.valueOf(c))));
        }
        assertEquals("Well:", given.toString());
        assertFalse(reader.hasCalls());
        assertEquals("[c0 " + OSLO + "]", shown(reader.add(">")));
        assertTrue(reader.hasCalls());
    }

    @Test
    void textIsGivenOnAsItComes() {
        ToolCallReader reader = reader();
        assertEquals("The", shown(reader.add("The")));
        assertEquals(" answer", shown(reader.add(" answer ")));
        assertEquals(" {\"name\":", shown(reader.add("{\"name\":")));
        // JSON that begins otherwise than a call is an answer.
        assertEquals("{\"berth\":", shown(reader().add("{\"berth\":")));
        // An answer that goes on from text is not JSON.
        assertEquals(CALL, shown(new ToolCallReader(NAMES, false, String::valueOf).add(CALL)));
    }

    @Test
    void anEndlessCallIsGivenUp() {
        ToolCallReader reader = reader();
        String piece = "x".repeat(1 << 16);
        assertEquals("", shown(reader.add("<tool_call>")));
        int given = 0;
        for (int i = 0; i < 20; i++) {
            given += shown(reader.add(piece)).length();
        }
        assertTrue(given > 1 << 20, () -> "it is held back");
    }

    @Test
    void noAnswerBreaksItAndNothingIsLostOfOneWithoutCalls() {
        Random random = new Random(5);
        String[] words = {
            "<tool_call>",
            "</tool_call>",
            "{",
            "}",
            "[",
            "]",
            "\"name\"",
            ":",
            "\"weather\"",
            ",",
            "\"arguments\"",
            " ",
            "\n",
            "```json",
            "```",
            "[TOOL_CALLS]",
            "<",
            "\\",
            "\"",
            "1e400",
            "Ø"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder answer = new StringBuilder();
            for (int i = random.nextInt(14); i >= 0; i--) {
                answer.append(words[random.nextInt(words.length)]);
            }
            ToolCallReader reader = reader();
            String seen = read(reader, answer.toString(), 1 + random.nextInt(5));
            if (!reader.hasCalls()) {
                assertEquals(answer.toString(), seen);
            }
        }
    }
}
