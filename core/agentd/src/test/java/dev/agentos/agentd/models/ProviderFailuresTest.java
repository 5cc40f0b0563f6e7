package dev.agentos.agentd.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient;
import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.agentd.models.provider.ProviderConfig;
import dev.agentos.agentd.models.provider.RemoteProvider;
import dev.agentos.domain.contract.Placement;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Providers that are down, slow, cut off, wrong or full: what the agent gets, what is on record, what is tried again. */
@Timeout(60)
class ProviderFailuresTest {

    private final TestAgentd agentd;
    private final ScriptedProvider bad;
    private final ScriptedProvider good;

    ProviderFailuresTest(@TempDir Path directory) throws Exception {
        agentd = TestAgentd.start(directory);
        bad = new ScriptedProvider(ScriptedProvider.silent());
        good = new ScriptedProvider(ScriptedProvider.says(List.of("good ", "answer"), ScriptedProvider.END));
        add("bad", bad.url(), Optional.empty());
        add("good", good.url(), Optional.empty());
    }

    private void add(String name, URI url, Optional<String> key) throws InterruptedException {
        BiFunction<String, String, Optional<String>> keys =
                (secret, host) -> host.equals("127.0.0.1") ? Optional.of("the value of " + secret) : Optional.empty();
        agentd.agentd
                .models()
                .registry()
                .add(new RemoteProvider(
                        new ProviderConfig(
                                name,
                                "openai",
                                url,
                                key,
                                Placement.ON_PREM,
                                List.of("m"),
                                1_000,
                                BigDecimal.ONE,
                                BigDecimal.TEN,
                                4,
                                Duration.ofMillis(700)),
                        keys));
    }

    @AfterEach
    void stop() throws IOException {
        agentd.close();
        bad.close();
        good.close();
    }

    private DoorClient agent(String binding) {
        String contract = "apiVersion: agentos/v0.2\nkind: AgentContract\nname: a\nbinding: " + binding
                + "\ncompute: { cpu: \"0.1\", mem: 1MiB, pids: 1 }\n"
                + "modelPolicy: { allow: [bad/m, good/m] }\n"
                + "runtime: { process: { command: [/bin/sleep, \"1000\"] } }\n";
        Reply spawned = agentd.spawn("k", contract);
        assertEquals(200, spawned.status(), spawned.body());
        return DoorClient.unix(agentd.config.run().resolve("doors/agent-a-001/models"));
    }

    private static Reply ask(DoorClient door, boolean stream) {
        return door.post(
                "/v1/chat/completions",
                "{\"model\":\"bad/m\",\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
    }

    private List<String> outcomes() {
        agentd.door.post("/v1/audit/checkpoint", "");
        return agentd.door.get("/v1/events?since=0&limit=5000").list("events").stream()
                .filter(event -> "model.answered".equals(event.get("kind")))
                .map(event -> event.get("data") instanceof Map<?, ?> data
                        ? data.get("model") + " " + data.get("outcome")
                        : "")
                .toList();
    }

    /** The agent is strict: it gets the error. */
    private void refused(ScriptedProvider.Script script, int status, String code) {
        bad.script(script);
        Reply reply = ask(agent("strict"), false);
        assertEquals(status, reply.status(), reply.body());
        assertEquals(code, reply.text("error", "code"), reply.body());
        assertEquals(List.of(), good.bodies());
        assertEquals(1, bad.bodies().size(), "asked once and not again");
    }

    /** The agent is flexible: the next model answers, and it is on record why. */
    private void replaced(ScriptedProvider.Script script, String code) {
        bad.script(script);
        Reply reply = ask(agent("flexible"), false);
        assertEquals(200, reply.status(), reply.body());
        assertEquals("good/m", reply.text("model"));
        assertEquals(List.of("bad/m " + code, "good/m done"), outcomes());
        assertTrue(agentd.story("agent-a-001").contains("model.substituted"));
        assertEquals(1, bad.bodies().size());
        assertEquals(1, good.bodies().size());
    }

    @Test
    void aProviderThatIsDownIsAnErrorForAStrictAgent() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            add("bad", URI.create("http://127.0.0.1:" + free.getLocalPort()), Optional.empty());
        }
        Reply reply = ask(agent("strict"), false);
        assertEquals(503, reply.status(), reply.body());
        assertEquals("model_unavailable", reply.text("error", "code"));
        assertFalse(agentd.agentd.models().registry().healthOf("bad").isWell());
    }

    @Test
    void aProviderThatIsDownIsReplacedForAFlexibleAgent() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            add("bad", URI.create("http://127.0.0.1:" + free.getLocalPort()), Optional.empty());
        }
        Reply reply = ask(agent("flexible"), false);
        assertEquals(200, reply.status(), reply.body());
        assertEquals(List.of("bad/m model_unavailable", "good/m done"), outcomes());
    }

    @Test
    void aSilentProviderIsGivenUp() {
        refused(ScriptedProvider.silent(), 504, "model_timeout");
    }

    @Test
    void aSilentProviderIsReplaced() {
        replaced(ScriptedProvider.silent(), "model_timeout");
    }

    @Test
    void silenceBetweenTwoTokensIsSilenceToo() {
        refused(
                (out, closing) -> {
                    ScriptedProvider.says(List.of("one "), "").answer(out, closing);
                    closing.await();
                },
                504,
                "model_timeout");
    }

    @Test
    void anAnswerThatEndsInTheMiddleIsNotTakenForAWholeOne() {
        refused(ScriptedProvider.says(List.of("half "), ""), 502, "model_stream_cut");
    }

    @Test
    void halfAnAnswerThatNobodyHasSeenIsReplaced() {
        replaced(ScriptedProvider.says(List.of("half "), ""), "model_stream_cut");
    }

    @Test
    void halfAnAnswerThatTheAgentHasSeenIsEndedWithAnErrorAndNotBegunAnew() {
        bad.script(ScriptedProvider.says(List.of("half "), ""));
        Reply reply = ask(agent("flexible"), true);
        assertEquals("half ", Events.text(reply.body()));
        assertTrue(reply.body().contains("model_stream_cut"), reply.body());
        assertFalse(reply.body().contains("[DONE]"), reply.body());
        assertEquals(List.of(), good.bodies());
        assertEquals(List.of("bad/m model_stream_cut"), outcomes());
    }

    @Test
    void aPieceThatIsNoJsonIsAnError() {
        refused(ScriptedProvider.says(List.of("one "), "data: {\"choices\":[{\n\n"), 502, "model_malformed");
    }

    @Test
    void aPieceThatIsNoJsonIsReplaced() {
        replaced(ScriptedProvider.says(List.of(), "data: nonsense\n\n"), "model_malformed");
    }

    @Test
    void tooManyRequestsAreToldToTheClientWhoMayTryAgain() {
        bad.script(ScriptedProvider.refuses(429, "Retry-After: 7\r\n", "{\"error\":{\"message\":\"slow down\"}}"));
        Reply reply = ask(agent("strict"), false);
        assertEquals(429, reply.status(), reply.body());
        assertTrue(reply.text("error", "message").contains("in 7 s"), reply.body());
        assertFalse(reply.head().contains("x-should-retry"), reply.head());
        assertEquals(1, bad.bodies().size());
    }

    @Test
    void tooManyRequestsAreReplaced() {
        replaced(ScriptedProvider.refuses(429, "", "{}"), "model_rate_limited");
    }

    @Test
    void aContextThatTheProviderFindsTooLongIsAnOverflow() {
        refused(
                ScriptedProvider.refuses(400, "", "{\"error\":{\"code\":\"context_length_exceeded\"}}"),
                400,
                "context_length_exceeded");
    }

    @Test
    void aPromptBeyondTheModelsContextIsNotEvenSent() {
        DoorClient door = agent("strict");
        Reply reply = door.post(
                "/v1/chat/completions",
                "{\"model\":\"bad/m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "word ".repeat(2_000)
                        + "\"}]}");
        assertEquals(400, reply.status(), reply.body());
        assertEquals("context_length_exceeded", reply.text("error", "code"));
        assertEquals(List.of(), bad.bodies());
    }

    @Test
    void aKeyThatIsNotTakenIsToldWithoutTheKey() throws Exception {
        add("bad", bad.url(), Optional.of("model-key"));
        bad.script(ScriptedProvider.refuses(401, "", "{\"error\":\"no\"}"));
        Reply reply = ask(agent("strict"), false);
        assertEquals("model_key", reply.text("error", "code"), reply.body());
        assertTrue(bad.heads().getFirst().contains("Authorization: Bearer the value of model-key"));
        assertFalse(reply.body().contains("the value of"), reply.body());
    }

    @Test
    void theClientsOwnParametersReachAProviderOfTheSameWire() {
        bad.script(ScriptedProvider.says(List.of("ok"), ScriptedProvider.END));
        DoorClient door = agent("strict");
        Reply reply = door.post(
                "/v1/chat/completions",
                "{\"model\":\"bad/m\",\"logit_bias\":{\"50\":-1},\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertEquals(200, reply.status(), reply.body());
        assertTrue(
                bad.bodies().getFirst().contains("\"logit_bias\":{\"50\":-1}"),
                bad.bodies().getFirst());
        assertEquals("13", reply.text("usage", "total_tokens"));
    }

    @Test
    void whatACallCostIsCountedByTheProvidersOwnTokens() {
        bad.script(ScriptedProvider.says(List.of("ok"), ScriptedProvider.END));
        ask(agent("strict"), false);
        var used = agentd.agentd.models().budgets().usedBy("agent-a-001.1");
        assertEquals(13, used.tokens());
        assertEquals(
                0,
                new BigDecimal("0.000031").compareTo(used.costUsd()),
                used.costUsd().toString());
    }
}
