package dev.agentos.agentd.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.fake.DoorClient;
import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.lifecycle.AgentState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent's model door, over its real socket. */
@Timeout(60)
class ModelDoorTest {

    static final String TEXT = "Rotterdam lies on the Meuse. The city has a large harbour. Permits for terraces are "
            + "given by the district office. A permit costs forty euros. The office is open on weekdays. "
            + "It often rains in autumn. Cyclists have their own tunnel under the river.";

    private final Path directory;
    private TestAgentd agentd;

    ModelDoorTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.agentd = TestAgentd.start(directory);
    }

    @AfterEach
    void stop() {
        agentd.close();
    }

    private static String contract(String rest) {
        return "apiVersion: agentos/v0.2\nkind: AgentContract\nname: a\n"
                + "compute: { cpu: \"0.1\", mem: 1MiB, pids: 1 }\n"
                + "runtime: { process: { command: [/bin/sleep, \"1000\"] } }\n" + rest;
    }

    /** An agent's door, after it was spawned. */
    private DoorClient door(String rest) {
        Reply spawned = agentd.spawn("k", contract(rest));
        assertEquals(200, spawned.status(), spawned.body());
        return DoorClient.unix(agentd.config.run().resolve("doors/agent-a-001/models"));
    }

    private static String chat(String model, boolean stream, String... texts) {
        Map<String, Object> body = new TreeMap<>();
        body.put("model", model);
        body.put("stream", stream);
        body.put(
                "messages",
                List.of(texts).stream()
                        .map(text -> Map.of("role", "user", "content", text))
                        .toList());
        return CanonicalJson.write(body);
    }

    private static String answerOf(Reply reply) {
        return reply.list("choices").getFirst().get("message") instanceof Map<?, ?> message
                ? String.valueOf(message.get("content"))
                : "";
    }

    // ------------------------------------------------------------------ the door

    @Test
    void aSandboxGetsTheDoorAndTheEnvironmentOfTheClients() {
        door("");
        var plan = agentd.sandbox.prepared().getFirst();
        assertEquals("http://127.0.0.1:11434/v1", plan.env().get("OPENAI_BASE_URL"));
        assertEquals("http://127.0.0.1:11434", plan.env().get("ANTHROPIC_BASE_URL"));
        assertEquals("http://127.0.0.1:11434", plan.env().get("OLLAMA_HOST"));
        assertEquals(
                List.of(11_434), plan.doors().stream().map(each -> each.port()).toList());
    }

    @Test
    void theContractsOwnEnvironmentStays() {
        agentd.spawn("k", contract("").replace("\"1000\"] }", "\"1000\"], env: { OLLAMA_HOST: \"http://x\" } }"));
        assertEquals("http://x", agentd.sandbox.prepared().getFirst().env().get("OLLAMA_HOST"));
    }

    @Test
    void anAgentWithoutModelsHasNoDoor() {
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        assertEquals(List.of(), agentd.sandbox.prepared().getFirst().doors());
    }

    @Test
    void theBuiltInModelAnswersWithSentencesOfTheConversation() {
        Reply reply = door("").post(
                        "/v1/chat/completions", chat("local/extractive", false, TEXT, "What does a permit cost?"));
        assertEquals(200, reply.status(), reply.body());
        assertEquals("chat.completion", reply.text("object"));
        assertTrue(answerOf(reply).contains("A permit costs forty euros. ["), answerOf(reply));
        assertTrue(answerOf(reply).contains("Sources:\n[1] message 1, user, line 1"), answerOf(reply));
        assertEquals("stop", reply.list("choices").getFirst().get("finish_reason"));
    }

    @Test
    void whatAnAgentUsedIsCountedForItAndForTheDayWithoutAnyLimit() {
        Reply reply = door("").post(
                        "/v1/chat/completions", chat("local/extractive", false, TEXT, "What does a permit cost?"));
        assertEquals(200, reply.status(), reply.body());
        var seen = agentd.agentd.models().latencyView();
        var agent = seen.agents().getFirst();
        assertEquals("agent-a-001", agent.agent());
        assertEquals(1, agent.answers());
        assertEquals(usedTokens(), agent.tokens());
        assertTrue(agent.tokens() > 0);
        assertEquals(agent.tokens(), seen.todayTokens());
        assertEquals("0", seen.todayCostUsd());
    }

    @Test
    void aStreamHasTheSameTextInPieces() {
        DoorClient door = door("");
        String whole = answerOf(door.post("/v1/chat/completions", chat("", false, TEXT, "Where is the office?")));
        Reply stream = door.post("/v1/chat/completions", chat("", true, TEXT, "Where is the office?"));
        assertTrue(stream.head().contains("text/event-stream"), stream.head());
        assertEquals(whole, Events.text(stream.body()));
        assertTrue(stream.body().contains("data: [DONE]"), stream.body());
    }

    @Test
    void anotherModelIsRefusedByAStrictContractAndReplacedByAFlexibleOne() {
        DoorClient strict = door("");
        Reply refused = strict.post("/v1/chat/completions", chat("gpt-4o", false, "hello"));
        assertEquals(403, refused.status());
        assertEquals("model_refused", refused.text("error", "code"));
        assertTrue(refused.head().contains("x-should-retry: false"), refused.head());
        agentd.spawn("k2", contract("binding: flexible\n").replace("name: a", "name: b"));
        Reply replaced = DoorClient.unix(agentd.config.run().resolve("doors/agent-b-001/models"))
                .post("/v1/chat/completions", chat("gpt-4o", false, TEXT, "Where is the office?"));
        assertEquals(200, replaced.status(), replaced.body());
        assertEquals("local/extractive", replaced.text("model"));
        assertTrue(
                agentd.story("agent-b-001").contains("model.substituted"),
                agentd.story("agent-b-001").toString());
    }

    @Test
    void toolsAreNotPretended() {
        String body = chat("", false, "hello")
                .replace(
                        "{\"messages\"",
                        "{\"tools\":[{\"type\":\"function\","
                                + "\"function\":{\"name\":\"f\",\"parameters\":{}}}],\"messages\"");
        Reply reply = door("").post("/v1/chat/completions", body);
        assertEquals(400, reply.status(), reply.body());
        assertEquals("model_capability", reply.text("error", "code"));
    }

    @Test
    void theContextIsAWall() {
        DoorClient door = door("modelPolicy: { max_context_tokens: 20 }\n");
        Reply reply = door.post("/v1/chat/completions", chat("", false, TEXT));
        assertEquals(400, reply.status());
        assertEquals("context_length_exceeded", reply.text("error", "code"));
    }

    @Test
    void modelsAreListedUnderTheNamesOfTheContract() {
        DoorClient door = door("");
        assertEquals(
                "local/extractive",
                door.get("/v1/models").list("data").getFirst().get("id"));
        assertEquals(
                "local/extractive", door.get("/v1/models/local%2Fextractive").text("id"));
        assertEquals(404, door.get("/v1/models/gpt-4o").status());
    }

    @Test
    void aNameThatAPageCouldHaveResolvedHereIsRefused() {
        Reply reply = door("").send("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assertEquals(403, reply.status());
    }

    @Test
    void aCallIsOnRecordBeforeItsAnswer() {
        DoorClient door = door("");
        door.post("/v1/chat/completions", chat("", false, TEXT, "Where is the office?"));
        List<String> story = agentd.story("agent-a-001");
        assertTrue(story.indexOf("model.called") < story.indexOf("model.answered"), story.toString());
        assertTrue(story.contains("model.called"), story.toString());
    }

    @Test
    void agentdsOwnDoorIsOpenToItsOwner() {
        DoorClient own = DoorClient.unix(agentd.config.run().resolve("models.sock"));
        Reply reply = own.post("/v1/chat/completions", chat("local/extractive", false, TEXT, "Where is the office?"));
        assertEquals(200, reply.status(), reply.body());
    }

    @Test
    void theDoorIsGoneWithTheAgent() throws Exception {
        door("");
        agentd.door.post("/v1/agents/agent-a-001/kill", "{}");
        agentd.awaitEnd("agent-a-001");
        for (int i = 0; i < 2_000 && Files.exists(doorOf("agent-a-001")); i++) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        assertFalse(Files.exists(doorOf("agent-a-001")));
    }

    private Path doorOf(String agent) {
        return agentd.config.run().resolve("doors").resolve(agent).resolve("models");
    }

    // ------------------------------------------------------------------ budgets

    /** Calls until one does not come back; that one is returned, held. */
    private CompletableFuture<Reply> loop(DoorClient door) throws Exception {
        while (true) {
            CompletableFuture<Reply> call = CompletableFuture.supplyAsync(
                    () -> door.post("/v1/chat/completions", chat("", false, TEXT, TEXT, "Where is the office?")));
            while (!call.isDone()) {
                if (agentd.agentd.book().get("agent-a-001").state() == AgentState.PAUSED) {
                    return call;
                }
                TimeUnit.MILLISECONDS.sleep(2);
            }
            assertEquals(200, call.join().status(), call.join().body());
        }
    }

    /** The question about the budget; the agent is paused a moment before it is asked. */
    private Map<?, ?> ask() throws Exception {
        for (int i = 0; i < 5_000; i++) {
            List<? extends Map<?, ?>> asks = agentd.door.get("/v1/consents").list("asks");
            if (!asks.isEmpty()) {
                return asks.getFirst();
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        throw new AssertionError("nobody was asked");
    }

    private Reply answer(String word) throws Exception {
        Map<?, ?> ask = ask();
        assertEquals("budget", ask.get("kind"));
        return agentd.door.post(
                "/v1/consents/" + ask.get("id") + "/answer",
                CanonicalJson.write(new TreeMap<>(Map.of(
                        "decision",
                        word,
                        "scope",
                        "once",
                        "shown",
                        String.valueOf(ask.get("shown")),
                        "word",
                        String.valueOf(ask.get("confirm_word"))))));
    }

    private long usedTokens() {
        return agentd.agentd.models().budgets().usedBy("agent-a-001.1").tokens();
    }

    private AgentRecord awaitState(AgentState state) {
        return agentd.await("agent-a-001", agent -> agent.state() == state);
    }

    @Test
    void aLoopingAgentIsPausedAtItsBudgetAndGoesOnAfterAYes() throws Exception {
        DoorClient door = door("budget: { tokens: 5000, turns: 100000 }\n");
        CompletableFuture<Reply> held = loop(door);
        long used = usedTokens();
        assertTrue(used >= 5_000 && used <= 5_000 + 1_500, "used " + used);
        assertEquals("budget.tokens from 5000 to 10000", ask().get("target"));
        Reply answered = answer("allow");
        assertEquals(200, answered.status(), answered.body());
        awaitState(AgentState.RUNNING);
        assertEquals(200, held.get(20, TimeUnit.SECONDS).status());
        CompletableFuture<Reply> again = loop(door);
        assertTrue(usedTokens() >= 10_000 && usedTokens() <= 10_000 + 1_500, "used " + usedTokens());
        assertTrue(!again.isDone());
    }

    @Test
    void aNoLeavesItPausedWithItsState() throws Exception {
        DoorClient door = door("budget: { tokens: 1000, turns: 100000 }\n");
        CompletableFuture<Reply> held = loop(door);
        assertEquals(200, answer("deny").status());
        Reply refused = held.get(20, TimeUnit.SECONDS);
        assertEquals(402, refused.status(), refused.body());
        assertEquals("budget_exceeded", refused.text("error", "code"));
        assertEquals(AgentState.PAUSED, awaitState(AgentState.PAUSED).state());
    }

    @Test
    void aYesAfterARestartOfTheServiceLetsItGoOn() throws Exception {
        DoorClient door = door("budget: { tokens: 1000, turns: 100000 }\n");
        CompletableFuture<Reply> held = loop(door);
        long used = usedTokens();
        agentd.close();
        held.handle((_, _) -> true).get(20, TimeUnit.SECONDS);
        agentd = TestAgentd.again(directory, agentd);
        assertEquals(used, usedTokens());
        awaitState(AgentState.PAUSED);
        assertEquals(200, answer("allow").status());
        awaitState(AgentState.RUNNING);
        assertEquals(200, loopOnce().status());
    }

    private Reply loopOnce() throws Exception {
        DoorClient door = DoorClient.unix(doorOf("agent-a-001"));
        for (int i = 0; i < 2_000 && !Files.exists(doorOf("agent-a-001")); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return door.post("/v1/chat/completions", chat("", false, TEXT, "Where is the office?"));
    }
}
