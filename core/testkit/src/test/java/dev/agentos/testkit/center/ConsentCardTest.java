package dev.agentos.testkit.center;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.ConsentWire.Answered;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.ConsentWire.OptionView;
import dev.agentos.center.ui.CommandRunner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javafx.scene.Node;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@code ./agentos prove consent-ui}: the card over a prepared agentd. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ConsentCardTest {

    private static final String ONCE = "Allow this once";

    private final PreparedAgentd agentd = new PreparedAgentd();
    private CenterWindow window = CenterWindow.none();

    @BeforeAll
    static void headless() throws InterruptedException {
        CenterWindow.headless();
        String lacks = CenterWindow.lacks();
        assumeTrue(lacks.isEmpty(), "SKIP: this machine cannot paint a window: " + lacks);
    }

    @BeforeEach
    void open() throws InterruptedException {
        window = CenterWindow.open(new AgentdClient(agentd), _ -> new CommandRunner.Ran(0, "", ""), "dark", 1_000, 900);
        window.until("a first look", CenterViewModel::known);
    }

    @AfterEach
    void close() {
        window.close();
    }

    static AskView ask(String content, String risk, String target, String state) {
        return new AskView(
                "ask-1",
                "agent-a-001",
                "run-1",
                "write",
                "fs.write",
                target,
                "fs.write " + target,
                "save what you asked for",
                Map.of("bytes", content.length()),
                content,
                target.contains("\\u{"),
                risk,
                risk.equals("high") ? "permits" : "",
                true,
                "c.yaml:9:1",
                "/workspace/",
                "2026-11-23T10:00:00Z",
                "2026-11-23T11:00:00Z",
                "shown",
                "tool",
                "text",
                "",
                List.of(new OptionView("once", "this write"), new OptionView("run", "writes there in run-1")),
                "",
                state,
                state.equals("pending") ? "" : "user somebody, agentctl");
    }

    private CardHand card(AskView ask) throws InterruptedException {
        agentd.answer("GET /v1/consents", new Asks(List.of(ask)));
        agentd.answer("GET /v1/consents/ask-1", ask);
        agentd.answer(
                "POST /v1/consents/ask-1/answer",
                new Answered("ask-1", "allowed", "user me", Optional.empty(), List.of(), List.of()));
        window.center().context().refresh().run();
        window.until("it waits", state -> state.inbox().find("ask-1").isPresent());
        return CardHand.open(window.center().context(), ask);
    }

    private long answers() {
        return agentd.requests.stream()
                .filter(request -> request.method().equals("POST"))
                .count();
    }

    @Test
    void sixtyKeysASecondAnswerNothingAndACarefulHandDoes() throws InterruptedException {
        AskView ask = ask("one line\n", "normal", "/workspace/note.md", "pending");
        try (CardHand hand = card(ask)) {
            try (CardHand.Storm storm = new CardHand.Storm(new SplittableRandom(3))) {
                assertTrue(CardHand.awaits(() -> storm.count() > 90));
            }
            CardHand.think();
            assertEquals(0, answers());
            CardHand.press(KeyCode.ENTER);
            CardHand.think();
            CardHand.press(KeyCode.SPACE);
            CardHand.think();
            assertEquals(0, answers(), "Enter and Space alone");
            CardHand.press(KeyCode.O);
            CardHand.think();
            CardHand.press(KeyCode.ENTER);
            assertTrue(
                    CardHand.awaits(() -> answers() == 1),
                    () -> "said: " + hand.model().said());
        }
    }

    @Test
    void unseenContentIsNotAllowedAndItsEndOpensAllow() throws InterruptedException {
        AskView ask = ask("line\n".repeat(120) + "rm -rf everything!\n", "normal", "/workspace/long.md", "pending");
        try (CardHand hand = card(ask)) {
            CardHand.think();
            assertFalse(hand.isOpen(ONCE));
            hand.click(ONCE);
            assertEquals(0, answers());
            for (int page = 0; page < 60 && !CenterWindow.ui(() -> hand.model().isSeen()); page++) {
                hand.click("Show the next part");
                TimeUnit.MILLISECONDS.sleep(200);
            }
            assertTrue(hand.texts().contains("rm -rf everything!"));
            CardHand.think();
            hand.click(ONCE);
            assertTrue(CardHand.awaits(() -> answers() == 1));
        }
    }

    @Test
    void theWordOfHighRiskIsTypedAndNotPasted() throws InterruptedException {
        AskView ask = ask("x\n", "high", "/workspace/permits", "pending");
        CenterWindow.ui(() -> {
            ClipboardContent content = new ClipboardContent();
            content.putString("permits");
            return Clipboard.getSystemClipboard().setContent(content);
        });
        try (CardHand hand = card(ask)) {
            CardHand.think();
            assertFalse(hand.isOpen(ONCE));
            Node word = hand.find("the word permits").orElseThrow();
            CenterWindow.ui(() -> {
                word.requestFocus();
                ((TextInputControl) word).paste();
                return true;
            });
            CardHand.press(KeyCode.CONTROL, KeyCode.V);
            assertEquals("", CenterWindow.ui(() -> ((TextInputControl) word).getText()));
            CardHand.think();
            CardHand.type("permits");
            CardHand.think();
            assertTrue(hand.isOpen(ONCE), () -> "said: " + hand.model().said());
            hand.click(ONCE);
            assertTrue(CardHand.awaits(() -> answers() == 1));
        }
    }

    @Test
    void aQuestionThatComesTakesNeitherKeyboardNorScreen() throws InterruptedException {
        window.go(Place.of(CenterTab.INBOX));
        window.press(KeyCode.CONTROL, KeyCode.K);
        window.type("log");
        int windows = CardHand.windows();
        Optional<Node> focus = CenterWindow.ui(
                () -> Optional.ofNullable(window.center().scene().getFocusOwner()));
        agentd.answer("GET /v1/consents", new Asks(List.of(ask("x\n", "normal", "/workspace/a", "pending"))));
        window.center().context().refresh().run();
        window.until("it waits", state -> state.inbox().count() == 1);
        window.untilSeen(ONCE);
        assertEquals(windows, CardHand.windows());
        assertEquals(
                focus,
                CenterWindow.ui(
                        () -> Optional.ofNullable(window.center().scene().getFocusOwner())));
    }

    @Test
    void hiddenCharactersAreShownWithAWarningAndAnAnswerFromElsewhereClosesIt() throws InterruptedException {
        AskView ask = ask("x\n", "normal", "/workspace/re\\u{202E}port.md", "pending");
        try (CardHand hand = card(ask)) {
            String all = String.join("\n", hand.texts());
            assertTrue(all.contains("\\u{202E}") && all.contains("hidden or misleading"), all);
            agentd.answer("GET /v1/consents/ask-1", ask("x\n", "normal", "/workspace/a", "denied"));
            agentd.answer("GET /v1/consents", new Asks(List.of()));
            window.center().context().refresh().run();
            assertTrue(CardHand.awaits(() -> hand.model().closed().isPresent()));
            CardHand.think();
            assertTrue(hand.texts().stream().anyMatch(text -> text.contains("not allowed by user somebody, agentctl")));
            assertFalse(hand.isOpen(ONCE));
        }
    }
}
