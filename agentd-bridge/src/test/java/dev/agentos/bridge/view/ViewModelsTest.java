package dev.agentos.bridge.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Agents;
import dev.agentos.bridge.wire.AgentWire.Usage;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.EventWire.EventView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ViewModelsTest {

    private static EventView event(long seq, String kind, String agent, Map<String, Object> data) {
        return new EventView(seq, "2026-11-23T04:00:0" + seq % 10 + "Z", kind, agent, agent + ".1", "c", data);
    }

    private static AgentView agent(String id, String state, long asks) {
        return new AgentView(
                id,
                "name",
                "SRT",
                "strict",
                "managed",
                state,
                state,
                "",
                "",
                "",
                "admitted",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "",
                "",
                "",
                0,
                "",
                "",
                Optional.empty(),
                new Usage(0, 100, 2),
                List.of(),
                asks);
    }

    private static AskView ask(String id) {
        return new AskView(
                id,
                "agent-a-001",
                "",
                "",
                "fs.write",
                "/a",
                id + " wants",
                "",
                Map.of(),
                "",
                false,
                "normal",
                "a",
                true,
                "",
                "/",
                "",
                "",
                "s",
                "tool",
                "text",
                "",
                List.of(
                        new ConsentWire.OptionView("once", "allow it, once"),
                        new ConsentWire.OptionView("run", "allow it until this run ends")),
                "",
                "pending",
                "");
    }

    // ------------------------------------------------------------------ agents

    private static List<String> lines(AgentsViewModel model) {
        return model.shown().stream().map(row -> row.id() + " " + row.word()).toList();
    }

    @Test
    void rowsKeepTheirOrderWhateverHappens() {
        AgentsViewModel model = AgentsViewModel.empty()
                .reduce(new Agents(List.of(agent("agent-a-001", "running", 0), agent("agent-b-001", "running", 0))))
                .reduce(event(1, "agent.moved", "agent-b-001", Map.of("to", "paused", "reason", "by me")))
                .reduce(event(2, "agent.admitted", "agent-c-001", Map.of("contract", "c")))
                .reduce(event(3, "agent.moved", "agent-a-001", Map.of("to", "paused")));
        assertEquals(List.of("agent-a-001 paused", "agent-b-001 paused", "agent-c-001 queued"), lines(model));
    }

    @Test
    void needsYouVanishesWithItsCause() {
        AgentsViewModel model = AgentsViewModel.empty()
                .reduce(new Agents(List.of(agent("agent-a-001", "running", 0))))
                .reduce(event(1, "consent.asked", "agent-a-001", Map.of("ask", "ask-1")));
        assertEquals(List.of("agent-a-001 needs you"), lines(model));
        assertEquals(Tone.NEEDS, model.shown().getFirst().tone());
        model = model.reduce(event(2, "consent.answered", "agent-a-001", Map.of("ask", "ask-1")));
        assertEquals(List.of("agent-a-001 running"), lines(model));
    }

    @Test
    void totalsFollowTheFilterAndFinishedOnesAreHidden() {
        AgentsViewModel model = AgentsViewModel.empty()
                .reduce(new Agents(List.of(
                        agent("agent-a-001", "running", 1),
                        agent("agent-b-001", "running", 0),
                        agent("agent-c-001", "failed", 0))));
        assertEquals(new AgentsViewModel.Totals(2, 1, 1, 0, 200, 4), model.totals());
        assertEquals(
                new AgentsViewModel.Totals(1, 0, 1, 0, 100, 2),
                model.filtered("b-0").totals());
        assertEquals(1, model.withFinished(true).totals().failed());
    }

    // ------------------------------------------------------------------ inbox

    @Test
    void anAnsweredAskLeavesTheInboxAndSaysWhoAnswered() {
        InboxViewModel inbox = InboxViewModel.empty().reduce(new Asks(List.of(ask("ask-1"), ask("ask-2"))));
        inbox = inbox.reduce(event(
                5, "consent.answered", "agent-a-001", Map.of("ask", "ask-1", "answer", "allowed", "by", "user me")));
        assertEquals(1, inbox.count());
        assertEquals(
                "ask-1 wants: allowed by user me", inbox.closed().getFirst().sentence());
    }

    @Test
    void anAskThatAnEventNamesCountsBeforeItsContentIsRead() {
        InboxViewModel inbox =
                InboxViewModel.empty().reduce(event(1, "consent.asked", "agent-a-001", Map.of("ask", "ask-7")));
        assertEquals(List.of("ask-7"), inbox.announced());
        assertEquals(1, inbox.count());
        inbox = inbox.reduce(ask("ask-7"));
        assertEquals(List.of(), inbox.announced());
        assertEquals(1, inbox.count());
    }

    // ------------------------------------------------------------------ timeline

    private static List<String> told(TimelineViewModel story) {
        return story.entries().stream()
                .map(entry ->
                        entry.glyph() + " " + entry.title() + (entry.detail().isEmpty() ? "" : ": " + entry.detail()))
                .toList();
    }

    @Test
    void aRunIsToldFromAdmissionToEffect() {
        String a = "agent-a-001";
        TimelineViewModel story = TimelineViewModel.of(a)
                .reduce(List.of(
                        event(1, "command.received", a, Map.of("command", "spawn")),
                        event(2, "agent.admitted", a, Map.of("contract", "c", "verdict", "admitted")),
                        event(
                                3,
                                "run.started",
                                a,
                                Map.of("plan", List.of(Map.of("id", "read"), Map.of("id", "write")))),
                        event(
                                4,
                                "tool.decided",
                                a,
                                Map.of("tool", "fs.read", "decision", "allowed", "target", "/data")),
                        event(5, "tool.decided", "agent-b-001", Map.of("tool", "calc", "decision", "allowed")),
                        event(
                                6,
                                "tool.decided",
                                a,
                                Map.of("tool", "fs.write", "decision", "needs-consent", "contract_line", "c.yaml:9:1")),
                        event(7, "consent.answered", a, Map.of("answer", "allowed", "by", "user me", "scope", "once")),
                        event(
                                8,
                                "effect.finished",
                                a,
                                Map.of(
                                        "tool",
                                        "fs.write",
                                        "outcome",
                                        "done",
                                        "detail",
                                        Map.of("path", "/w/s.md", "bytes", 12))),
                        event(
                                9,
                                "tool.decided",
                                a,
                                Map.of(
                                        "tool",
                                        "fs.write",
                                        "decision",
                                        "refused",
                                        "reason",
                                        "/etc is outside",
                                        "contract_line",
                                        "c.yaml:7:3"))));
        assertEquals(
                List.of(
                        "● admitted: c, as its contract says",
                        "▸ run started: read → write",
                        "▸ fs.read: /data",
                        "▸ fs.write needs a person: c.yaml:9:1",
                        "✓ allowed: by user me, this once",
                        "✓ fs.write done: /w/s.md, 12 bytes",
                        "✕ fs.write refused: /etc is outside · c.yaml:7:3"),
                told(story));
    }

    @Test
    void eventsThatComeTwiceOrLateAreToldOnceAndInOrder() {
        EventView first = event(1, "run.finished", "a", Map.of("outcome", "done", "reason", "one"));
        EventView second = event(2, "run.finished", "a", Map.of("outcome", "failed", "reason", "two"));
        TimelineViewModel story = TimelineViewModel.of("a").reduce(List.of(second, first, second));
        assertEquals(List.of("✓ run finished: one", "✕ run failed: two"), told(story));
    }

    @Test
    void aGapInTheSandboxIsToldAsOne() {
        TimelineViewModel story = TimelineViewModel.of("a")
                .reduce(event(
                        1,
                        "sandbox.prepared",
                        "a",
                        Map.of(
                                "receipt",
                                List.of(
                                        Map.of("mechanism", "x", "declared", true, "actual", "enforced"),
                                        Map.of("mechanism", "y", "declared", true, "actual", "missing")))));
        assertEquals(Tone.NEEDS, story.entries().getFirst().tone());
        assertEquals(List.of("● sandboxed: 1 of 2 declared mechanisms enforced"), told(story));
    }

    @Test
    void aKindOfANewerAgentdIsToldByItsName() {
        assertEquals(
                List.of("· memory.stored"),
                told(TimelineViewModel.of("a").reduce(event(1, "memory.stored", "a", Map.of()))));
    }

    // ------------------------------------------------------------------ connection

    @Test
    void aLossIsShownSinceWhenAndWhatWasMissed() {
        Instant now = Instant.parse("2026-11-23T04:00:00Z");
        ConnectionViewModel connection = ConnectionViewModel.connected().reduce(new Signal.Lost("gone"), now);
        assertFalse(connection.isConnected());
        assertTrue(connection.sentence(now.plusSeconds(180)).orElse("").contains("silent for 3 min"));
        connection = connection.reduce(new Signal.Lost("again"), now.plusSeconds(5));
        assertEquals(Optional.of(now), connection.lostSince());
        connection = connection.reduce(new Signal.Back(12), now.plusSeconds(9));
        assertEquals(Optional.of("back; 12 events were missed"), connection.sentence(now));
        assertEquals(Optional.empty(), connection.acknowledged().sentence(now));
    }
}
