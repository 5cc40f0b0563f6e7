package dev.agentos.agentd.secrets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.json.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Secrets through the door, and where their values must not be. */
@Timeout(60)
class SecretsTest {

    private static final String CANARY = "canary-5e1f/zebra+quartz=77";

    @Test
    void aSecretIsSetListedReplacedAndDeletedWithoutBeingShown(@TempDir Path temp) throws Exception {
        try (TestAgentd agentd = TestAgentd.start(temp)) {
            Reply set = agentd.door.post(
                    "/v1/secrets",
                    CanonicalJson.write(
                            Map.of("name", "smtp-password", "value", CANARY, "hosts", List.of("smtp.Example.org"))));
            assertEquals(200, set.status(), set.body());
            Reply replaced = agentd.door.post(
                    "/v1/secrets",
                    CanonicalJson.write(Map.of(
                            "name", "smtp-password", "value", CANARY + "2", "hosts", List.of("smtp.example.org"))));
            assertTrue(replaced.body().contains("\"version\":2"), replaced.body());
            Reply list = agentd.door.get("/v1/secrets");
            assertTrue(list.body().contains("\"hosts\":[\"smtp.example.org\"]"), list.body());
            assertFalse((set.body() + replaced.body() + list.body()).contains("canary"));
            assertEquals(
                    200,
                    agentd.door.post("/v1/secrets/smtp-password/delete", "").status());
            assertEquals(
                    404,
                    agentd.door.post("/v1/secrets/smtp-password/delete", "").status());
            assertTrue(agentd.door.get("/v1/secrets").body().contains("\"secrets\":[]"));
        }
        assertEquals(List.of(), filesWith(temp, CANARY));
    }

    @Test
    void aBodyThatIsNoneIsRefusedWithoutItsContent(@TempDir Path temp) throws Exception {
        try (TestAgentd agentd = TestAgentd.start(temp)) {
            for (String body : List.of(
                    "{\"name\":\"a\",\"value\":[\"" + CANARY + "\"],\"hosts\":[]}",
                    "{\"name\":\"a\",\"value\":\"" + CANARY + "\",\"hosts\":\"" + CANARY + "\"}",
                    "{\"" + CANARY + "\":1}",
                    "\"" + CANARY + "\"",
                    CANARY)) {
                Reply reply = agentd.door.post("/v1/secrets", body);
                assertEquals(400, reply.status(), reply.body());
                assertFalse(reply.body().contains("canary"), reply.body());
            }
            Reply tooShort = agentd.door.post("/v1/secrets", "{\"name\":\"a\",\"value\":\"abc\",\"hosts\":[]}");
            assertEquals(400, tooShort.status());
            assertTrue(tooShort.body().contains("secret.size"), tooShort.body());
        }
    }

    @Test
    void whatAnAgentWritesDownOfASecretIsTakenOutOfTheJournalAndTheAnswers(@TempDir Path temp) throws Exception {
        try (TestAgentd agentd = TestAgentd.start(temp)) {
            agentd.door.post(
                    "/v1/secrets", CanonicalJson.write(Map.of("name", "token", "value", CANARY, "hosts", List.of())));
            for (String spelling : List.of(
                    CANARY,
                    Base64.getEncoder().encodeToString(("x" + CANARY).getBytes(StandardCharsets.UTF_8)),
                    HexFormat.of().formatHex(CANARY.getBytes(StandardCharsets.UTF_8)),
                    java.net.URLEncoder.encode(CANARY, StandardCharsets.UTF_8))) {
                Reply reply = agentd.spawn(
                        "key " + spelling, TestAgentd.process("a", "exit 0", ""), Map.of("note", spelling));
                assertEquals(200, reply.status(), reply.body());
            }
            String events = agentd.door.get("/v1/events?since=0&limit=5000").body();
            assertTrue(events.contains("[redacted secret token]"), events);
            assertFalse(events.contains(CANARY), events);
        }
        assertEquals(List.of(), filesWith(temp, CANARY));
        assertEquals(List.of(), filesWith(temp, HexFormat.of().formatHex(CANARY.getBytes(StandardCharsets.UTF_8))));
    }

    private static List<String> filesWith(Path folder, String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Files.readString(file, StandardCharsets.ISO_8859_1)
                                    .contains(text);
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .map(Path::toString)
                    .toList();
        }
    }
}
