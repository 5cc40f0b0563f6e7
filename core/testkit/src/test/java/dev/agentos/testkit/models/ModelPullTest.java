package dev.agentos.testkit.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdConfig;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ModelWire.Pull;
import dev.agentos.bridge.wire.ModelWire.PullPlan;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.fake.FakeSandbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that an Ollama fetches, through agentd's door. */
@Timeout(60)
class ModelPullTest {

    private static final Duration WAIT = Duration.ofSeconds(5);

    private ScriptedOllama ollama;
    private Agentd agentd;
    private AgentdClient client;

    @BeforeEach
    void start(@TempDir Path temp) throws Exception {
        Path folder = temp.toRealPath();
        AgentdConfig config = new AgentdConfig(
                folder.resolve("state"),
                folder.resolve("run"),
                folder.resolve("no-execd"),
                Optional.empty(),
                folder.resolve("no-worker"),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty());
        ollama = ScriptedOllama.start(Duration.ofMillis(25))
                .has("tiny:latest", 5_000_000)
                .has("vast:1t", 1_000_000_000_000_000L);
        agentd = Agentd.start(config, TimeSource.system(), new FakeSandbox());
        client = AgentdClient.on(config.socket());
        client.addModelProvider(new ModelWire.AddProvider(
                "ollama",
                "ollama",
                ollama.url().toString(),
                Optional.empty(),
                "on-prem",
                List.of(),
                0,
                "0",
                "0",
                4,
                2_000));
    }

    @AfterEach
    void stop() {
        client.close();
        agentd.close();
        ollama.close();
    }

    /** Every state of it until its end. */
    private List<Pull> until(Pull begun) {
        List<Pull> seen = new ArrayList<>(List.of(begun));
        while (seen.getLast().state().equals(Pull.RUNNING)) {
            seen.add(client.modelPull(begun.id(), seen.getLast().revision(), WAIT));
        }
        return seen;
    }

    private List<String> changes() {
        client.checkpoint();
        return client.events(0, 5_000).events().stream()
                .filter(event -> "pull".equals(event.data().get("what")))
                .map(event -> event.data().get("name") + " " + event.data().get("change"))
                .toList();
    }

    @Test
    void sizeAndRoomAreKnownBeforeAnythingIsFetched() {
        PullPlan plan = client.planModelPull("ollama/" + ollama.named("tiny"));
        assertEquals(ollama.named("tiny"), plan.model());
        assertEquals(5_000_000, plan.bytes());
        assertEquals("as 127.0.0.1 says", plan.words());
        assertTrue(plan.freeBytes() > 0, plan.freeWords());
        assertTrue(plan.fits());
        assertFalse(plan.present());
        assertEquals(Set.of(), ollama.there());
        assertEquals(List.of(), client.modelPulls().pulls());
    }

    @Test
    void aModelIsFetchedInStepsAndCanBeCalledThen() {
        String name = ollama.named("tiny");
        List<Pull> seen = until(client.pullModel(name));
        assertEquals(Pull.DONE, seen.getLast().state(), seen.getLast()::trouble);
        assertTrue(seen.size() > 10, () -> "steps " + seen);
        assertTrue(
                seen.stream().anyMatch(pull -> pull.completedBytes() > 1_000_000 && pull.completedBytes() < 4_000_000));
        assertTrue(seen.stream().allMatch(pull -> pull.totalBytes() == 5_000_000), seen::toString);
        assertEquals(Set.of(name + ":latest"), ollama.there());
        assertTrue(client.models(false).models().stream()
                .anyMatch(model -> model.name().equals("ollama/" + name + ":latest")));
        assertEquals(List.of("ollama/" + name + " began", "ollama/" + name + " done"), changes());
        assertTrue(client.planModelPull(name).present());
    }

    @Test
    void whatIsStoppedIsNotThereAndIsGoneOnFromLater() throws Exception {
        String name = ollama.named("tiny");
        Pull begun = client.pullModel(name);
        Pull now = begun;
        while (now.completedBytes() < 1_000_000) {
            now = client.modelPull(begun.id(), now.revision(), WAIT);
        }
        assertEquals(begun.id(), client.pullModel(name).id(), "the same is fetched once");
        Pull cancelled = client.cancelModelPull(begun.id());
        assertEquals(Pull.CANCELLED, cancelled.state());
        for (int i = 0; i < 1_000 && ollama.stopped().isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertEquals(List.of("tiny:latest"), ollama.stopped());
        assertEquals(Set.of(), ollama.there());
        assertEquals(List.of("ollama/" + name + " began", "ollama/" + name + " cancelled"), changes());
        List<Pull> again = until(client.pullModel(name));
        assertEquals(Pull.DONE, again.getLast().state());
        assertEquals(Set.of(name + ":latest"), ollama.there());
        assertEquals(Pull.DONE, client.cancelModelPull(again.getLast().id()).state(), "what ended stays ended");
    }

    @Test
    void aNameThatOllamaDoesNotFindFailsInItsWords() {
        PullPlan plan = client.planModelPull(ollama.named("nobody"));
        assertEquals(-1, plan.bytes());
        assertEquals("127.0.0.1 answered 404", plan.words());
        Pull failed = until(client.pullModel(ollama.named("nobody"))).getLast();
        assertEquals(Pull.FAILED, failed.state());
        assertTrue(failed.trouble().startsWith("pull model manifest: file does not exist"), failed::trouble);
    }

    @Test
    void whatDoesNotFitOnTheDiskIsNotBegun() {
        AgentdException refused = assertThrows(AgentdException.class, () -> client.pullModel(ollama.named("vast:1t")));
        assertEquals("model.space", refused.body().code());
        assertEquals(List.of(), client.modelPulls().pulls());
    }

    @Test
    void aNameIsNoPathAndAProviderMustBeAnOllama() {
        for (String name : List.of("../../etc/passwd", "tiny name", "a/b/c/d", "ollama/", "x".repeat(300))) {
            AgentdException refused = assertThrows(AgentdException.class, () -> client.planModelPull(name), name);
            assertEquals("model.name", refused.body().code(), name);
        }
        client.removeModelProvider("ollama");
        AgentdException none = assertThrows(AgentdException.class, () -> client.planModelPull("tiny"));
        assertEquals("model.provider", none.body().code());
    }

    @Test
    void aStoppedServiceStopsItsOllama() throws Exception {
        client.pullModel(ollama.named("tiny"));
        agentd.close();
        for (int i = 0; i < 1_000 && ollama.stopped().isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertEquals(List.of("tiny:latest"), ollama.stopped());
    }
}
