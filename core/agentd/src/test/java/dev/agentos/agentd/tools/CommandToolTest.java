package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.domain.catalog.EntryVersion;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signed commands over the door: nothing that was changed, or that nobody approved, runs. */
@Timeout(60)
class CommandToolTest {

    private Path directory = Path.of("/");
    private final KeyPair keys = pair();
    private int calls;

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void folders(@TempDir Path temp) throws Exception {
        directory = temp.toRealPath();
    }

    private static String yaml(String script) {
        return "apiVersion: agentos/catalog/v1\nname: word.count\nversion: 1.0.0\nsummary: Counts words.\neffect: computes\n"
                + "argv: [/bin/sh, -c, '" + script + "']\n"
                + "input: { type: object, properties: { text: { type: string } }, required: [text], "
                + "additionalProperties: false }\n";
    }

    private Map<String, String> signed(String yaml, KeyPair by) throws Exception {
        byte[] manual = "Counts words.\n".getBytes(StandardCharsets.UTF_8);
        Map<String, String> digests = new TreeMap<>();
        digests.put("tool.yaml", Digests.sha256Hex(yaml));
        digests.put("manual.txt", Digests.sha256Hex(manual));
        EntryManifest manifest =
                EntryManifest.sign("word.count", new EntryVersion(1, 0, 0), digests, by.getPublic(), by.getPrivate());
        Map<String, String> files = new TreeMap<>();
        files.put("tool.yaml", base64(yaml));
        files.put("manual.txt", Base64.getEncoder().encodeToString(manual));
        files.put("manifest.json", base64(manifest.json()));
        return files;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Reply add(TestAgentd agentd, Map<String, String> files) {
        return agentd.door.post("/v1/tools", CanonicalJson.write(Map.of("files", files)));
    }

    private void trust(TestAgentd agentd) {
        String key = Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
        assertEquals(
                200,
                agentd.door
                        .post("/v1/trust", CanonicalJson.write(Map.of("name", "team", "key", key)))
                        .status());
    }

    private static Reply approve(TestAgentd agentd, String digest) {
        return agentd.door.post("/v1/tool-approvals/word.count", CanonicalJson.write(Map.of("digest", digest)));
    }

    private static Reply approval(TestAgentd agentd) {
        return agentd.door.get("/v1/tool-approvals/word.count");
    }

    private static String spawn(TestAgentd agentd) {
        Reply spawned = agentd.spawn("k", TestAgentd.sleeper("counter", "capabilities: [word.count]\n"));
        assertTrue(spawned.status() < 300, spawned.body());
        agentd.await(spawned.text("id"), agent -> agent.state().word().equals("running"));
        return spawned.text("id");
    }

    private Reply call(TestAgentd agentd, String agent, Map<String, Object> arguments) {
        return agentd.door.post(
                "/v1/agents/" + agent + "/tools/word.count",
                CanonicalJson.write(
                        Map.of("key", "c" + ++calls, "arguments", arguments, "person", true, "wait_ms", 0L)));
    }

    @Test
    void aCommandRunsAsItWasApprovedAndNotOtherwise() throws Exception {
        TestAgentd agentd = TestAgentd.start(directory.resolve("s"));
        String agent;
        String first;
        try {
            trust(agentd);
            Reply added = add(agentd, signed(yaml("echo {\"words\":3}"), keys));
            assertEquals("unapproved", added.text("state"), added.body());
            assertEquals("team", added.text("signer"));
            first = added.text("digest");
            assertEquals(409, approve(agentd, "sha256:0").status(), "another digest than was shown approves nothing");
            assertEquals("unapproved", approval(agentd).text("state"));
            assertEquals("approved", approve(agentd, first).text("state"));
            agent = spawn(agentd);
            Reply done = call(agentd, agent, Map.of("text", "a b c"));
            assertEquals("done", done.text("outcome"), done.body());
            assertTrue(done.body().contains("\"words\":3"), done.body());
            assertEquals("true", done.text("untrusted"), "what a command gives is nobody's word");
            Reply wrong = call(agentd, agent, Map.of("txt", "a"));
            assertFalse(wrong.text("outcome").equals("done"), wrong.body());

            // Signed again with another command: another tool, until somebody looks at it.
            Reply changed = add(agentd, signed(yaml("echo {\"words\":4}"), keys));
            assertEquals("changed", changed.text("state"), changed.body());
            assertTrue(changed.text("diff").contains("-argv:"), changed.body());
            assertTrue(changed.text("diff").contains("+argv:"), changed.body());
            Reply refused = call(agentd, agent, Map.of("text", "a"));
            assertEquals("tool.changed", refused.text("code"), refused.body());
            assertEquals("approved", approve(agentd, changed.text("digest")).text("state"));
            Reply again = call(agentd, agent, Map.of("text", "a"));
            assertTrue(again.body().contains("\"words\":4"), again.body());
        } finally {
            agentd.close();
        }
        try (TestAgentd after = TestAgentd.again(directory.resolve("s"), agentd)) {
            assertEquals("approved", approval(after).text("state"), "an approval outlives a restart");

            // A file beside the command counts as much as the command.
            Path manual = directory.resolve("s/state/tools/word.count/manual.txt");
            byte[] before = Files.readAllBytes(manual);
            Files.writeString(manual, "Counts letters.\n");
            Reply tampered = call(after, agent, Map.of("text", "a"));
            assertEquals("tool.tampered", tampered.text("code"), tampered.body());
            assertEquals("refused", approval(after).text("state"));
            Files.write(manual, before);
            assertEquals("approved", approval(after).text("state"));

            // Without the key its signature is worth nothing.
            assertEquals(200, after.door.post("/v1/trust/team/remove", "").status());
            assertEquals(
                    "tool.unknown-key", call(after, agent, Map.of("text", "a")).text("code"));
            trust(after);

            assertEquals(200, after.door.post("/v1/tools/word.count/remove", "").status());
            assertEquals(404, approval(after).status());
            Reply back = add(after, signed(yaml("echo {\"words\":4}"), keys));
            assertEquals("unapproved", back.text("state"), "what was removed comes back unapproved");
            List<String> kinds = after.door.get("/v1/events?since=0&limit=5000").list("events").stream()
                    .map(event -> String.valueOf(event.get("kind")))
                    .filter(kind -> kind.equals("tool.approval"))
                    .toList();
            assertEquals(6, kinds.size(), "added, approved, added, approved, removed, added");
        }
    }

    @Test
    void whatNobodyTrustedSignedIsNotTakenUp() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("s"))) {
            trust(agentd);
            Map<String, String> files = signed(yaml("echo {}"), keys);
            Map<String, String> unsigned = new TreeMap<>(files);
            unsigned.remove("manifest.json");
            assertEquals("tool.unsigned", add(agentd, unsigned).text("code"));
            assertEquals(
                    "tool.unknown-key",
                    add(agentd, signed(yaml("echo {}"), pair())).text("code"));
            Map<String, String> changed = new TreeMap<>(files);
            changed.put("tool.yaml", base64(yaml("echo {\"evil\":1}")));
            assertEquals("tool.tampered", add(agentd, changed).text("code"));
            Map<String, String> more = new TreeMap<>(files);
            more.put("more.sh", base64("x"));
            assertEquals("tool.tampered", add(agentd, more).text("code"));
            assertEquals(404, approval(agentd).status());
            assertEquals(
                    "tool.built-in",
                    agentd.door.post("/v1/tools/fs.write/remove", "").text("code"));
        }
    }

    @Test
    void everyBuiltInToolIsApprovedByItsRelease() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("s"))) {
            List<? extends Map<?, ?>> tools =
                    agentd.door.get("/v1/tool-approvals").list("tools");
            assertTrue(tools.size() >= 14, tools.toString());
            for (Map<?, ?> tool : tools) {
                assertEquals("approved", tool.get("state"), tool.toString());
                assertTrue(String.valueOf(tool.get("approved_by")).startsWith("release "), tool.toString());
            }
        }
    }
}
