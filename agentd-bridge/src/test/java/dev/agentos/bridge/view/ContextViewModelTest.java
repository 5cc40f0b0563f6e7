package dev.agentos.bridge.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.bridge.view.ContextViewModel.Call;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.Models;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContextViewModelTest {

    private static final Models KNOWN = new Models(
            List.of(new ModelView(
                    "local/small", "local", List.of("small"), "on-prem", 4_000, List.of(), "", true, 0, 0, 0, 0, 0)),
            List.of(),
            "");

    private static EventView event(long seq, String kind, Map<String, Object> data) {
        return new EventView(seq, "2026-11-23T09:00:0" + seq + "Z", kind, "agent-a-001", "agent-a-001.1", "", data);
    }

    private static final EventView CALLED =
            event(1, "model.called", Map.of("call", "c1", "model", "local/small", "prompt_tokens", 900L));

    @Test
    void aCallThatWaitsShowsWhatWasSent() {
        ContextViewModel model = ContextViewModel.of(List.of(CALLED), KNOWN);
        assertEquals(List.of(new Call("09:00:01", "local/small", 900, 0, 4_000, 0, "", "waiting")), model.calls());
        assertEquals("900 of 4000 tokens (23 %) in local/small", model.sentence());
    }

    @Test
    void anAnswerBringsItsFiguresAndFillsTheWindow() {
        ContextViewModel model = ContextViewModel.of(
                List.of(
                        CALLED,
                        event(
                                2,
                                "model.answered",
                                Map.of(
                                        "call",
                                        "c1",
                                        "outcome",
                                        "done",
                                        "figures",
                                        Map.of(
                                                "prompt_tokens",
                                                1_000L,
                                                "completion_tokens",
                                                200L,
                                                "onset_ms",
                                                118L,
                                                "cost_usd",
                                                "0")))),
                KNOWN);
        assertEquals(List.of(new Call("09:00:01", "local/small", 1_000, 200, 4_000, 118, "0", "done")), model.calls());
        assertEquals(0.3, model.calls().getFirst().share(), 1e-9);
    }

    @Test
    void aModelWhoseWindowIsNotKnownHasNoShare() {
        ContextViewModel model = ContextViewModel.of(
                List.of(event(1, "model.called", Map.of("call", "c1", "model", "other", "prompt_tokens", 5L))), KNOWN);
        assertEquals(0, model.calls().getFirst().share());
        assertEquals("5 tokens; how many other can hold is not known", model.sentence());
    }
}
