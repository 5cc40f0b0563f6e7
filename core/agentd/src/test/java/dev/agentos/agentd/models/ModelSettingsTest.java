package dev.agentos.agentd.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the operator sets about models, at the door. */
@Timeout(60)
class ModelSettingsTest {

    private final Path directory;
    private final Path weights;
    private TestAgentd agentd;

    ModelSettingsTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.weights = directory.resolve("Small.gguf");
        this.agentd = TestAgentd.start(directory);
        Files.writeString(weights, "first weights");
    }

    @AfterEach
    void stop() {
        agentd.close();
    }

    private Reply gguf(String approve) {
        Map<String, Object> body = new TreeMap<>(
                Map.of("file", weights.toString(), "source", "a test", "slots", 2L, "context", 512L, "threads", 1L));
        if (!approve.isEmpty()) {
            body.put("approve", approve);
        }
        return agentd.door.post("/v1/models/gguf", CanonicalJson.write(body));
    }

    private List<String> names() {
        return agentd.door.get("/v1/models").list("models").stream()
                .map(model -> model.get("name") + " " + model.get("callable"))
                .toList();
    }

    private static String digest(String text) {
        return Digests.sha256Hex(text);
    }

    @Test
    void weightsAreKnownByTheirChecksumAndKeptOverARestart() throws Exception {
        assertEquals(200, gguf("").status());
        assertEquals(List.of("gguf-small/Small true", "local/extractive true"), names());
        assertEquals(
                digest("first weights"),
                agentd.door.get("/v1/models").list("models").getFirst().get("digest"));
        agentd.close();
        agentd = TestAgentd.again(directory, agentd);
        for (int i = 0; i < 2_000 && names().size() < 2; i++) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        assertEquals(List.of("gguf-small/Small true", "local/extractive true"), names());
    }

    @Test
    void changedWeightsAreRefusedUntilTheyAreApprovedByTheirChecksum() throws IOException {
        gguf("");
        Files.writeString(weights, "other weights");
        Reply refused = gguf("");
        assertEquals(403, refused.status(), refused.body());
        assertEquals("model.weights-changed", refused.code());
        assertEquals(403, gguf(digest("first weights")).status());
        assertEquals(200, gguf(digest("other weights")).status());
        assertEquals(
                digest("other weights"),
                agentd.door.get("/v1/models").list("models").getFirst().get("digest"));
    }

    @Test
    void anAliasIsANameThatContractsCanBindTo() {
        gguf("");
        String contract = "apiVersion: agentos/v0.2\nkind: AgentContract\nname: a\n"
                + "compute: { cpu: \"0.1\", mem: 1MiB, pids: 1 }\nmodelPolicy: { allow: [local/small] }\n"
                + "runtime: { process: { command: [/bin/sleep, \"1000\"] } }\n";
        assertEquals(403, agentd.spawn("k1", contract).status());
        Reply set = agentd.door.post("/v1/models/aliases", "{\"name\":\"local/small\",\"model\":\"gguf-small/Small\"}");
        assertEquals(200, set.status(), set.body());
        Reply spawned = agentd.spawn("k2", contract);
        assertEquals(200, spawned.status(), spawned.body());
    }

    @Test
    void aProviderThatIsNoneOfTheKnownIsRefusedWithAReason() {
        Reply reply = agentd.door.post(
                "/v1/models/providers",
                "{\"name\":\"x\",\"kind\":\"telepathy\",\"url\":\"http://127.0.0.1:1\",\"placement\":\"on-prem\","
                        + "\"models\":[],\"context\":0,\"prompt_price\":\"0\",\"completion_price\":\"0\",\"slots\":1,"
                        + "\"patience_ms\":1000}");
        assertEquals(400, reply.status(), reply.body());
        assertTrue(reply.text("message").contains("telepathy"), reply.body());
    }

    @Test
    void aProbeMeasuresTheBuiltInModel() {
        Reply probe = agentd.door.post("/v1/models/probe", "{\"name\":\"local/extractive\"}");
        assertEquals(200, probe.status(), probe.body());
        assertEquals("local/extractive", probe.text("model"));
        assertTrue(Long.parseLong(probe.text("prompt_tokens")) > 10, probe.body());
    }
}
