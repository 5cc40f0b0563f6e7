package dev.agentos.tui.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MonitorCardTest {

    private static final long SECOND = 1_000_000_000L;

    private static AskView ask(String content) {
        return new AskView(
                "ask-1",
                "agent-a-001",
                "agent-a-001.1",
                "write",
                "fs.write",
                "/data/x.md",
                "agent-a-001 wants to write x.md",
                "save it",
                Map.of("bytes", 12L),
                content,
                false,
                "normal",
                "x.md",
                true,
                "a.yaml:4:1",
                "/data",
                "2026-11-23T04:00:00Z",
                "",
                "digest",
                "tool",
                "text",
                "",
                List.of(
                        new ConsentWire.OptionView("once", "allow it, once"),
                        new ConsentWire.OptionView("run", "allow it in this run")),
                "",
                "pending",
                "");
    }

    private static MonitorCard card(String content, long now) {
        return new MonitorCard(ask(content), List.of(), 90, 24, now);
    }

    private static List<Character> letters(MonitorCard card) {
        return card.view().choices().stream().map(Choice::letter).toList();
    }

    @Test
    void aLetterMarksAndEnterGivesIt() {
        MonitorCard card = card("one\n", 0);
        assertEquals(Optional.empty(), card.key('o', SECOND));
        assertEquals("allow", card.key('\n', 2 * SECOND).orElseThrow().decision());
    }

    @Test
    void thereIsNoAllowBeforeAllOfItWasShown() {
        MonitorCard card = card("line\n".repeat(40), 0);
        assertEquals(List.of('d', 'v'), letters(card));
        assertEquals(Optional.empty(), card.key('o', SECOND));
        assertEquals(Optional.empty(), card.key('\n', 2 * SECOND));
        card.scroll(40, 3 * SECOND);
        assertEquals(
                1, card.view().choices().stream().filter(c -> c.letter() == 'v').count(), "rows in between");
        card.scroll(-40, 4 * SECOND);
        for (int i = 0; i < 8; i++) {
            card.page(1, 5 * SECOND + i);
        }
        assertTrue(card.view().choices().size() > 1);
    }

    @Test
    void sixtyRandomKeysASecondForAMinuteAnswerNothing() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            MonitorCard card = card("one\n", 0);
            for (int i = 0; i < 3_600; i++) {
                long now = SECOND + i * SECOND / 60;
                int key = random.nextInt(100);
                Optional<?> answer = card.key(key >= 95 ? '\n' : (char) (' ' + key), now);
                assertEquals(Optional.empty(), answer, "seed " + seed + ", key " + i);
                if (i % 600 == 599) {
                    // Another card takes its place, as cards do that arrive.
                    card = card("two\n", now);
                }
            }
        }
    }

    @Test
    void theCardShowsWhoWantsWhatAndTheSafeChoiceFirst() {
        MonitorCard card = card("# Hello\nworld\n", 0);
        Frame frame = new Frame(90, 24);
        CardScreen.paint(frame, card.view(), 2, 23, Instant.parse("2026-11-23T04:05:00Z"));
        String all = String.join("\n", frame.lines());
        assertTrue(all.contains("? agent-a-001 wants to write x.md"), all);
        assertTrue(all.contains("What      fs.write  /data/x.md"), all);
        assertTrue(all.contains("“save it” (the agent's words)"), all);
        assertTrue(all.contains("│ # Hello"), all);
        assertTrue(all.contains("waiting 5 min"), all);
        assertTrue(all.indexOf("[d] Don't allow") < all.indexOf("[o] Allow this once"), all);
    }
}
