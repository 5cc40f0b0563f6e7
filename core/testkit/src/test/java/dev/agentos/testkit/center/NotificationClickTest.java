package dev.agentos.testkit.center;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.center.consent.CardWindow;
import dev.agentos.center.ui.CommandRunner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real session bus, a notification on it, and a click: the card opens, and nothing is answered by that. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class NotificationClickTest {

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    @BeforeAll
    static void headless() throws InterruptedException {
        assumeTrue(FakeNotifications.lacks().isEmpty(), "SKIP: " + FakeNotifications.lacks());
        CenterWindow.headless();
        String lacks = CenterWindow.lacks();
        assumeTrue(lacks.isEmpty(), "SKIP: this machine cannot paint a window: " + lacks);
    }

    private static void until(String what, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited 30 s in vain: " + what);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void aClickOnTheNotificationOpensTheCardAndAnswersNothing(@TempDir Path folder) throws Exception {
        PreparedAgentd agentd = new PreparedAgentd();
        AskView ask = ConsentCardTest.ask("one line\n", "normal", "/workspace/note.md", "pending");
        agentd.answer("GET /v1/consents", new Asks(List.of(ask)));
        agentd.answer("GET /v1/consents/ask-1", ask);
        try (FakeNotifications desktop = new FakeNotifications(folder);
                CenterWindow window = CenterWindow.open(
                        new AgentdClient(agentd), _ -> new CommandRunner.Ran(0, "", ""), "dark", 1_000, 900)) {
            window.until("a first look", CenterViewModel::known);
            CenterWindow.ui(() -> {
                window.center()
                        .notifies(
                                Map.of(
                                        "DBUS_SESSION_BUS_ADDRESS",
                                        desktop.address(),
                                        "XDG_RUNTIME_DIR",
                                        folder.toString()),
                                folder.resolve("agentd.sock"));
                return true;
            });
            until("a notification", () -> !desktop.shown.isEmpty());
            FakeNotifications.Shown shown = desktop.shown.getFirst();
            assertTrue(shown.title().contains("agent-a-001"), shown::toString);
            assertTrue(CardWindow.asks().isEmpty(), "a card opens by a click only");
            clickUntilHeard(desktop, shown.number());
            CardWindow card = CenterWindow.ui(() -> CardWindow.of("ask-1").orElseThrow());
            assertEquals(
                    "AgentOS: agent-a-001 waits for you",
                    CenterWindow.ui(() -> card.stage().getTitle()));
            assertEquals(
                    0,
                    agentd.requests.stream()
                            .filter(request -> request.method().equals("POST"))
                            .count());
            CenterWindow.ui(() -> {
                card.stage().hide();
                return true;
            });
        }
    }

    /** The window begins to listen beside showing; a click before that is lost, as on a desktop that is still starting. */
    private static void clickUntilHeard(FakeNotifications desktop, int number) throws Exception {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (CardWindow.asks().isEmpty()) {
            assertTrue(System.nanoTime() < end, "waited 30 s in vain: the card");
            desktop.click(number);
            TimeUnit.MILLISECONDS.sleep(300);
        }
    }
}
