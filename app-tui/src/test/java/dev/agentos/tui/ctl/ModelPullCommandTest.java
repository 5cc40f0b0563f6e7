package dev.agentos.tui.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.ModelWire.Pull;
import dev.agentos.bridge.wire.ModelWire.PullPlan;
import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.bridge.wire.WireJson;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelPullCommandTest {

    private final Ctl ctl = new Ctl();

    private void plan(long bytes, boolean fits) {
        ctl.agentd.answer(
                "GET /v1/models/pull-plan",
                new PullPlan(
                        "ollama",
                        "qwen3:0.6b",
                        false,
                        bytes,
                        bytes < 0 ? "registry.ollama.ai cannot be asked" : "as registry.ollama.ai says",
                        41_000_000_000L,
                        "where / is",
                        fits));
    }

    private static Pull at(String state, String status, long completed, long revision) {
        return new Pull("pull-1", "ollama", "qwen3:0.6b", state, status, completed, 523_000_000, "", revision);
    }

    private void pulls(Pull last) {
        ctl.agentd.answer("POST /v1/models/pulls", at(Pull.RUNNING, "pulling manifest", 0, 1));
        ctl.agentd.answer("GET /v1/models/pulls/pull-1", at(Pull.RUNNING, "pulling 7f40", 100_000_000, 2));
        ctl.agentd.answer("GET /v1/models/pulls/pull-1", at(Pull.RUNNING, "pulling 7f40", 101_000_000, 3));
        ctl.agentd.answer("GET /v1/models/pulls/pull-1", last);
    }

    @Test
    void sizeAndDiskAreShownAndThenEachTenthOfIt() {
        plan(523_000_000, true);
        pulls(at(Pull.DONE, "done", 523_000_000, 9));
        Ctl.Ran ran = ctl.run("model", "pull", "qwen3:0.6b", "--yes");
        assertEquals("""
                  ollama/qwen3:0.6b
                    Size  523 MB, as registry.ollama.ai says
                    Disk  41 GB free where / is
                  0 % · 0 B of 523 MB · pulling manifest
                  19 % · 100 MB of 523 MB · pulling 7f40
                  ✓ ollama/qwen3:0.6b is there.
                """, ran.out());
        assertEquals(0, ran.exit());
    }

    @Test
    void withJsonEachStepIsALine() {
        plan(-1, true);
        pulls(at(Pull.CANCELLED, "cancelled", 101_000_000, 9));
        Ctl.Ran ran = ctl.run("model", "pull", "qwen3:0.6b", "--yes", "--json");
        List<String> lines = ran.out().lines().toList();
        assertEquals(5, lines.size(), ran.out());
        assertEquals(-1, WireJson.read(lines.getFirst(), PullPlan.class).bytes());
        assertEquals(Pull.CANCELLED, WireJson.read(lines.getLast(), Pull.class).state());
        assertEquals(1, ran.exit());
    }

    @Test
    void aScriptMustSayYes() {
        plan(523_000_000, true);
        Ctl.Ran ran = ctl.run("model", "pull", "qwen3:0.6b");
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("add --yes"), ran.err());
        assertFalse(ctl.agentd.requests.stream()
                .anyMatch(request -> request.method().equals("POST")));
    }

    @Test
    void whatDoesNotFitIsRefusedInTheServicesWords() {
        plan(90_000_000_000L, false);
        ctl.agentd.error(
                "POST /v1/models/pulls",
                403,
                new ErrorBody("model.space", "it takes 90 GB", "qwen3:0.6b", "free space", List.of()));
        Ctl.Ran ran = ctl.run("model", "pull", "qwen3:0.6b");
        assertEquals(3, ran.exit(), ran.err());
        assertTrue(ran.err().contains("model.space: it takes 90 GB"), ran.err());
    }
}
