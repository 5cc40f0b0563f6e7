package dev.agentos.tui.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.MonitorTab;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.MonitorViewModel.Mode;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.CatalogWire.EntryInput;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.tui.monitor.Keys.Wish;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Screens as functions of state: whole buffers. */
class MonitorScreenTest {

    private static final Instant NOW = Instant.parse("2026-11-23T14:02:27Z");

    static AgentView agent(String id, String state, String word, String glyph) {
        return new AgentView(
                id,
                id.replaceFirst("^agent-", "").replaceFirst("-\\d+$", ""),
                "SRT",
                "flexible",
                "process",
                state,
                word,
                glyph,
                "",
                "sha256:0",
                "admitted",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                id + ".1",
                id + ".1",
                "/w",
                0,
                "2026-11-23T14:00:00Z",
                state.equals("failed") ? "2026-11-23T14:01:00Z" : "",
                Optional.empty(),
                new AgentWire.Usage(0, 5L << 20, 3),
                List.of(),
                0);
    }

    private static MonitorViewModel two() {
        return MonitorViewModel.start()
                .reduce(new AgentWire.Agents(List.of(
                        agent("agent-rag-planner-001", "running", "running", "●"),
                        agent("agent-csv-report-003", "paused", "paused", "⏸"))));
    }

    private static List<String> screen(MonitorViewModel model, int width, int height) {
        return MonitorScreen.render(model, Optional.empty(), width, height, NOW, ZoneOffset.UTC)
                .lines();
    }

    @Test
    void agentsStandInTheirOrderWithTheirTotals() {
        List<String> lines = screen(two(), 120, 12);
        assertTrue(lines.get(0).startsWith(" AgentOS  ● agentd "), lines.get(0));
        assertTrue(lines.get(0).contains("1 running  0 need you"), lines.get(0));
        assertTrue(lines.get(0).endsWith("14:02"), lines.get(0));
        assertTrue(
                lines.get(1).startsWith(" ▸Agents   Inbox   Tree   Catalog   Models   Tools   Audit   Events "),
                lines.get(1));
        assertTrue(lines.get(2).startsWith("   STATE        AGENT "), lines.get(2));
        assertTrue(lines.get(2).endsWith("ONSET/SLO"), lines.get(2));
        assertTrue(lines.get(3).startsWith(" ▌ ● running    rag-planner 001 "), lines.get(3));
        assertTrue(lines.get(4).startsWith("   ⏸ paused     csv-report 003 "), lines.get(4));
        assertTrue(lines.get(5).startsWith("   2 shown"), lines.get(5));
    }

    @Test
    void tokensCostAndOnsetAgainstTheObjectiveStandBesideTheAgentThatUsedThem() {
        ModelWire.Latency use = new ModelWire.Latency(
                "agent-rag-planner-001", 12, 210, 412.4, 900, 1_100, 20, 0, 600, 18_240, "0.0375");
        List<String> lines = screen(two().reduce(new ModelWire.Latencies(List.of(use), 18_240, "0.0375")), 120, 12);
        assertTrue(lines.get(0).contains("$ 0.04"), lines.get(0));
        assertTrue(lines.get(3).stripTrailing().endsWith(" 18.2k  0.04     412/600"), lines.get(3));
        assertTrue(lines.get(4).stripTrailing().endsWith(" –     –           –"), lines.get(4));
    }

    @Test
    void theSameStateGivesTheSameFrame() {
        Frame one = MonitorScreen.render(two(), Optional.empty(), 100, 20, NOW, ZoneOffset.UTC);
        Frame two = MonitorScreen.render(two(), Optional.empty(), 100, 20, NOW.plusSeconds(20), ZoneOffset.UTC);
        assertTrue(one.same(two), "nothing that shows has changed, so nothing may be written");
    }

    @Test
    void everySizeCanBePainted() {
        for (int width = 10; width < 160; width += 7) {
            for (int height = 3; height < 50; height += 5) {
                assertEquals(height, screen(two(), width, height).size());
            }
        }
    }

    @Test
    void aThousandAgentsAndEventsDoNotMoveTheSelection() {
        List<AgentView> many = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            many.add(agent("agent-a-" + String.format("%03d", i), "running", "running", "●"));
        }
        MonitorViewModel model =
                MonitorViewModel.start().reduce(new AgentWire.Agents(many)).moved(500);
        String selected = model.selected();
        long from = System.nanoTime();
        for (int i = 0; i < 500; i++) {
            EventView event = new EventView(
                    i + 1,
                    "2026-11-23T14:02:27Z",
                    "agent.moved",
                    "agent-a-" + String.format("%03d", i + 1),
                    "r",
                    "c",
                    Map.of("from", "running", "to", i % 2 == 0 ? "paused" : "failed"));
            model = model.reduce(new Signal.Happened(event), NOW);
        }
        long millis = (System.nanoTime() - from) / 1_000_000;
        assertEquals(selected, model.selected());
        assertTrue(screen(model, 120, 40).stream().anyMatch(line -> line.contains("▌")));
        // Ten seconds of 50 events a second.
        assertTrue(millis < 5_000, millis + " ms");
    }

    @Test
    void aLookAtAnotherTabKeepsTheSelection() {
        MonitorViewModel second = two().moved(1);
        String selected = second.selected();
        MonitorViewModel back =
                second.to(MonitorTab.INBOX).moved(1).to(MonitorTab.CATALOG).to(MonitorTab.AGENTS);
        assertEquals(selected, back.selected());
        assertEquals(selected, second.to(MonitorTab.TREE).selected());
    }

    @Test
    void whatWasMissedStandsBehindALineOfItsOwn() {
        MonitorViewModel back = two().reduce(new Signal.Lost("gone"), NOW).reduce(new Signal.Back(2), NOW);
        EventView missed = new EventView(
                9, "2026-11-23T14:02:27Z", "agent.rejected", "agent-csv-report-003", "r", "c", Map.of("contract", "x"));
        List<String> events =
                screen(back.reduce(new Signal.Happened(missed), NOW).to(MonitorTab.EVENTS), 110, 12);
        int line = indexOf(events, "agentd is back; the next 2 events were missed");
        assertTrue(line > 0, String.join("\n", events));
        assertTrue(indexOf(events, "agent-csv-report-003") > line, String.join("\n", events));
        MonitorViewModel seen = Keys.press(back, Keys.Key.named("esc")).model();
        assertEquals("", screen(seen, 110, 12).getLast());
    }

    private static int indexOf(List<String> lines, String text) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i;
            }
        }
        return -1;
    }

    private static EntryView entry(String name, List<EntryInput> inputs) {
        return new EntryView(
                name,
                "1.0.0",
                "agent",
                "Title of " + name,
                "What " + name + " does",
                "",
                "ready",
                "",
                "",
                "this-build",
                true,
                inputs,
                List.of(),
                "",
                "",
                List.of("It reads none of your files."),
                "");
    }

    @Test
    void anEntryOfTheCatalogIsStartedByACommandThatIsShownFirst() {
        MonitorViewModel catalog = two().to(MonitorTab.CATALOG)
                .withCatalog(List.of(
                        entry("clock", List.of()),
                        entry(
                                "digest",
                                List.of(new EntryInput("url", "url", "the page", Optional.empty(), List.of())))));
        List<String> lines = screen(catalog, 110, 24);
        assertTrue(indexOf(lines, "▌ clock") > 0, String.join("\n", lines));
        assertTrue(indexOf(lines, "signed by this-build") > 0, String.join("\n", lines));
        assertEquals(
                new Wish.Understand("spawn clock"),
                Keys.press(catalog, Keys.Key.named("enter")).wish());
        Keys.Done needs = Keys.press(catalog.moved(1), Keys.Key.named("enter"));
        assertEquals(new Wish.None(), needs.wish());
        assertEquals(Mode.COMMAND, needs.model().mode());
        assertEquals("spawn digest --input url=", needs.model().input());
    }

    @Test
    void silenceIsSaidAndWhatWasMissedToo() {
        MonitorViewModel lost = two().reduce(new Signal.Lost("gone"), NOW);
        assertTrue(screen(lost, 100, 20).getFirst().contains("✕ agentd silent"));
        assertTrue(screen(lost, 100, 20).getLast().contains("agents keep running, connecting again"));
        MonitorViewModel back = lost.reduce(new Signal.Back(7), NOW);
        assertTrue(screen(back, 100, 20).getLast().contains("7 events were missed"));
    }

    @Test
    void noSingleKeyChangesAnything() {
        for (char c = ' '; c <= '~'; c++) {
            Keys.Done done = Keys.press(two(), Keys.Key.of(c));
            assertFalse(done.wish() instanceof Wish.Run, "key " + c);
        }
    }

    @Test
    void stoppingIsAMenuWhoseFirstLineKeepsItRunning() {
        MonitorViewModel actions = Keys.press(two(), Keys.Key.of('a')).model();
        for (char c : "stop".toCharArray()) {
            actions = Keys.press(actions, Keys.Key.of(c)).model();
        }
        MonitorViewModel stop = Keys.press(actions, Keys.Key.named("enter")).model();
        assertEquals(Mode.STOP, stop.mode());
        assertEquals(new Wish.None(), Keys.press(stop, Keys.Key.named("enter")).wish());
        MonitorViewModel last = Keys.press(
                        Keys.press(stop, Keys.Key.named("down")).model(), Keys.Key.named("down"))
                .model();
        assertEquals(
                new Wish.Run("kill agent-rag-planner-001"),
                Keys.press(last, Keys.Key.named("enter")).wish());
    }

    @Test
    void aFilterIsAChipAndEscapeClearsIt() {
        MonitorViewModel filtering = Keys.press(two(), Keys.Key.of('/')).model();
        for (char c : "csv".toCharArray()) {
            filtering = Keys.press(filtering, Keys.Key.of(c)).model();
        }
        MonitorViewModel filtered =
                Keys.press(filtering, Keys.Key.named("enter")).model();
        assertTrue(screen(filtered, 110, 12).get(1).contains("[/ csv ✕]"));
        assertTrue(screen(filtered, 110, 12).get(4).contains("1 shown"));
        assertEquals("", Keys.press(filtered, Keys.Key.named("esc")).model().filter());
        assertEquals(
                MonitorTab.AGENTS,
                Keys.press(filtered, Keys.Key.named("esc")).model().tab());
    }
}
