package dev.agentos.testkit.center;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.center.screen.audit.AuditView;
import dev.agentos.center.ui.CommandRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
                window.texts().containsAll(List.of("log-triage", "csv-report", "101")),
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

    private static EventView record(long seq, String kind) {
        return new EventView(seq, "2026-11-23T10:00:00Z", kind, "agent-log-triage-001", "run-1", "c-1", Map.of());
    }

    @Test
    void theTrailIsSearchedByAgentKindAndWords() throws InterruptedException {
        agentd.answer(
                "GET /v1/events/search",
                new EventWire.Events(List.of(record(41, "effect.attempted"), record(40, "task.ended")), 41));
        window.go(Place.of(CenterTab.AUDIT));
        window.untilSeen("2 found");
        window.untilSeen("task.ended");
        window.click("search the trail");
        window.type("words");
        window.press(KeyCode.ENTER);
        window.until(
                "the search",
                _ -> agentd.requests.stream()
                        .anyMatch(request -> request.path().startsWith("/v1/events/search?")
                                && request.path().contains("text=words")));
    }

    @Test
    void aTrailWhoseCheckSaysNothingIsNotCalledVerified() throws InterruptedException {
        window.go(Place.of(CenterTab.AUDIT));
        window.click("Verify everything");
        window.untilSeen("The trail could not be verified");
        assertEquals(List.of(List.of("audit", "verify", "--json", "--progress")), commands);
        assertTrue(
                window.texts().stream().noneMatch(text -> text.contains("records verified")),
                window.texts().toString());
    }

    @Test
    void anExportThatDoesNotVerifyIsSaidAndNotHandedOn() throws InterruptedException {
        window.go(Place.of(CenterTab.AUDIT));
        CenterWindow.ui(() -> {
            ((AuditView) window.center().shell().open().orElseThrow()).export(Path.of("/tmp/trail.jsonl"));
            return true;
        });
        window.untilSeen("The export does not verify");
        assertEquals(
                List.of(
                        List.of("audit", "export", "/tmp/trail.jsonl", "--json"),
                        List.of("audit", "verify", "/tmp/trail.jsonl", "--json", "--progress")),
                commands);
    }

    @Test
    void aMistakeInAContractIsSaidWhileItIsTypedAndGoesWithItsCause() throws InterruptedException {
        window.go(Place.of(CenterTab.CONTRACTS));
        window.untilSeen("The contract holds.");
        window.click(
                CenterWindow.ui(() -> window.find(node -> node.getStyleClass().contains("contract-area"))
                        .orElseThrow()));
        window.press(KeyCode.CONTROL, KeyCode.END);
        window.type("abc");
        window.untilGone("The contract holds.");
        window.untilSeen("! not saved");
        window.untilSeenLike("line ");
        window.press(KeyCode.BACK_SPACE);
        window.press(KeyCode.BACK_SPACE);
        window.press(KeyCode.BACK_SPACE);
        window.untilSeen("The contract holds.");
        window.untilGone("! not saved");
    }

    @Test
    void anAgentSaysWhichOfItsSidesAgentdHasNothingForYet() throws InterruptedException {
        agentd.answer("GET /v1/events/search", new EventWire.Events(List.of(), 0));
        agentd.answer("GET /v1/models", new ModelWire.Models(List.of(), List.of(), ""));
        agentd.answer(
                "GET /v1/agents/agent-log-triage-001",
                PreparedAgentd.agent("agent-log-triage-001", "log-triage", "DT", "running", 40, 12));
        window.go(Place.agent("agent-log-triage-001"));
        window.click("Context");
        window.untilSeen("It has called no model, and it has no plan.");
        window.click("Checkpoints");
        window.untilSeenLike("There are no checkpoints yet");
        window.click("Children");
        window.untilSeenLike("It has started no agent");
        assertEquals(List.of(), window.cutOff());
    }

    @Test
    void theWordsInAModelsContextAreReadInTheWindow() throws InterruptedException {
        agentd.answer("GET /v1/events/search", new EventWire.Events(List.of(), 0));
        agentd.answer("GET /v1/models", new ModelWire.Models(List.of(), List.of(), ""));
        agentd.answer(
                "GET /v1/agents/agent-log-triage-001",
                PreparedAgentd.agent("agent-log-triage-001", "log-triage", "DT", "running", 40, 12));
        agentd.answer(
                "GET /v1/agents/agent-log-triage-001/conversation",
                new AgentWire.Conversation(
                        "agent-log-triage-001.1",
                        1,
                        List.of(
                                new AgentWire.Message("user", "", "What does a berth cost?", List.of()),
                                new AgentWire.Message(
                                        "assistant",
                                        "",
                                        "",
                                        List.of(new AgentWire.ToolUse("fs_read", "{\"path\":\"rules.md\"}")))),
                        Map.of()));
        window.go(Place.agent("agent-log-triage-001"));
        window.click("Context");
        window.untilSeen("it is asked");
        window.untilSeen("    What does a berth cost?");
        window.untilSeen("    ▸ fs_read {\"path\":\"rules.md\"}");
        assertEquals(List.of(), window.cutOff());
    }

    @Test
    void homeSaysWhyItHasNoFirstTokenAndWhatItWasWhereItHasOne() throws InterruptedException {
        window.go(Place.of(CenterTab.HOME));
        window.untilSeen("no SRT answer in 15 min");
        window.untilSeen("not measured yet");
        double now = System.currentTimeMillis() / 1e3;
        agentd.answer(
                "GET /v1/history",
                new EventWire.History(
                        "second",
                        List.of(
                                series("class:SRT", "onset_ms", now, 231),
                                series("class:SRT", "onset_slo_ms", now, 250),
                                series("class:SRT", "answers", now, 3),
                                series("class:SRT", "late", now, 1),
                                series("class:SRT", "models_waiting", now, 1),
                                series("class:DT", "models_waiting", now, 8))));
        window.untilSeen("231");
        window.untilSeen("1 of 3 late · target 250 ms");
        window.untilSeen("1 SRT · 8 DT");
        assertEquals(List.of(), window.cutOff());
        agentd.silent(true);
        window.untilSeenLike("stopped reporting");
    }

    private static EventWire.Series series(String subject, String name, double at, double value) {
        return new EventWire.Series(subject, name, "", List.of(new double[] {at, value}));
    }
}
