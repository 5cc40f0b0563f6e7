package dev.agentos.testkit.center;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.ui.CommandRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The window over a prepared agentd, on JavaFX's headless platform. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class CenterWindowTest {

    private final PreparedAgentd agentd = new PreparedAgentd();
    private final List<List<String>> commands = new ArrayList<>();
    private CenterWindow window = CenterWindow.none();

    @BeforeAll
    static void headless() throws InterruptedException {
        CenterWindow.headless();
        String lacks = CenterWindow.lacks();
        assumeTrue(lacks.isEmpty(), "SKIP: this machine cannot paint a window: " + lacks);
    }

    @BeforeEach
    void open() throws InterruptedException {
        window = CenterWindow.open(
                new AgentdClient(agentd),
                words -> {
                    commands.add(words);
                    return new CommandRunner.Ran(0, "done", "");
                },
                "dark",
                1_000,
                1_000);
        window.until("a first look", CenterViewModel::known);
    }

    @AfterEach
    void close() {
        window.close();
    }

    @Test
    void homeShowsTheAgentsThatLiveAndTheirTotals() throws InterruptedException {
        window.untilSeen("2 shown");
        assertTrue(
                window.texts().containsAll(List.of("log-triage", "csv-report", "101", "16")),
                window.texts().toString());
        assertFalse(window.texts().contains("web-digest"), "an agent that is over is not shown");
    }

    @Test
    void totalsFollowTheFilterAndEscClearsIt() throws InterruptedException {
        window.go(Place.of(CenterTab.AGENTS));
        window.untilSeen("2 shown");
        window.press(KeyCode.SLASH);
        window.type("csv");
        window.untilSeen("1 shown");
        window.press(KeyCode.ESCAPE);
        window.untilSeen("2 shown");
    }

    @Test
    void everyPlaceIsReachedByKeysFromThePalette() throws InterruptedException {
        for (CenterTab tab : CenterTab.values()) {
            window.press(KeyCode.CONTROL, KeyCode.K);
            window.type(tab.title());
            window.press(KeyCode.ENTER);
            window.until("the place " + tab, state -> state.place().tab() == tab);
        }
    }

    @Test
    void aSilentAgentdIsSaidAndGoesByItselfWhenItIsBack() throws InterruptedException {
        agentd.silent(true);
        window.until("silence", state -> !state.connection().isConnected());
        window.until("what it knew stays", state -> state.lines().size() == 2);
        agentd.silent(false);
        window.until("it is back", state -> state.connection().isConnected());
    }

    @Test
    void closingTheWindowSaysOnceThatNoAgentStops() throws InterruptedException {
        window.untilSeen("2 shown");
        assertFalse(CenterWindow.ui(() -> window.center().shell().mayClose()));
        window.untilSeen("Closing this window stops no agent");
        window.click("Keep the window");
        assertTrue(CenterWindow.ui(() -> window.center().shell().mayClose()), "it is said once");
        assertTrue(
                agentd.requests.stream().noneMatch(request -> request.method().equals("POST")),
                "closing asks agentd for nothing");
    }

    @Test
    void textScaleAndThemeAreReachedByKeysAndNothingIsCutOff() throws InterruptedException {
        for (String theme : List.of("dark", "light", "high-contrast")) {
            window.press(KeyCode.CONTROL, KeyCode.K);
            window.type("theme " + theme);
            window.press(KeyCode.ENTER);
            for (CenterTab tab : CenterTab.values()) {
                window.go(Place.of(tab));
                assertEquals(List.of(), window.cutOff(), tab + " in " + theme);
            }
        }
        window.press(KeyCode.CONTROL, KeyCode.EQUALS);
        assertEquals(
                110,
                CenterWindow.ui(
                        () -> window.center().context().preferences().values().textPercent()));
    }
}
