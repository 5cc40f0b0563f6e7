package dev.agentos.bridge.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.bridge.wire.AgentWire.Conversation;
import dev.agentos.bridge.wire.AgentWire.Message;
import dev.agentos.bridge.wire.AgentWire.ToolUse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConversationTextTest {

    private static List<String> texts(Conversation said, int width) {
        return ConversationText.lines(said, width).stream()
                .map(line -> line.tone() + " " + line.text())
                .toList();
    }

    @Test
    void whoSpeaksStandsAboveWhatIsSaid() {
        Conversation said = new Conversation(
                "agent-a-001.1",
                1,
                List.of(
                        new Message("system", "", "You keep a diary.", List.of()),
                        new Message("user", "", "Write: it rained.", List.of()),
                        new Message("assistant", "", "", List.of(new ToolUse("fs_write", "{\"path\":\"d.txt\"}"))),
                        new Message("tool", "fs_write", "written", List.of())),
                Map.of("day", "monday"));
        assertEquals(
                List.of(
                        "MUTED the contract tells it",
                        "PLAIN     You keep a diary.",
                        "PLAIN ",
                        "MUTED it is asked",
                        "PLAIN     Write: it rained.",
                        "PLAIN ",
                        "MUTED the model says",
                        "OK     ▸ fs_write {\"path\":\"d.txt\"}",
                        "PLAIN ",
                        "MUTED fs_write gives",
                        "PLAIN     written",
                        "PLAIN ",
                        "MUTED its notes to itself",
                        "PLAIN     day: monday"),
                texts(said, 80));
    }

    @Test
    void longLinesBreakBetweenWordsAndLongWordsStayWhole() {
        Conversation said = new Conversation(
                "r",
                0,
                List.of(new Message(
                        "user", "", "one two three four five six seven eight\n" + "x".repeat(30), List.of())),
                Map.of());
        assertEquals(
                List.of(
                        "MUTED it is asked",
                        "PLAIN     one two three four",
                        "PLAIN     five six seven eight",
                        "PLAIN     " + "x".repeat(30)),
                texts(said, 24));
    }

    @Test
    void aConversationWithoutAWordHasNoLine() {
        assertEquals(List.of(), texts(new Conversation("r", 0, List.of(), Map.of()), 80));
    }
}
