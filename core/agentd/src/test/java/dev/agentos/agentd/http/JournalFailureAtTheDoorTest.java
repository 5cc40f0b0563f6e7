package dev.agentos.agentd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.TrailReader;
import dev.agentos.domain.audit.AuditVerifier;
import dev.agentos.domain.json.CanonicalJson;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk is full while people use the service: every command says so, everything can still be read. */
@Timeout(60)
class JournalFailureAtTheDoorTest {

    @TempDir
    Path directory;

    private void sql(String text) throws SQLException {
        Path database = JournalFiles.in(directory.resolve("state")).database();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(text);
        }
    }

    private static void isReadOnly(Reply reply) {
        assertEquals(503, reply.status(), reply.body());
        assertEquals("journal.failed", reply.code());
        assertTrue(reply.text("next").contains("restart agentd"), reply.body());
    }

    @Test
    void everyCommandIsRefusedWithTheNextStepAndNothingRuns() throws Exception {
        TestAgentd agentd = TestAgentd.start(directory);
        try (agentd) {
            assertEquals(
                    200, agentd.spawn("before", TestAgentd.sleeper("a", "")).status());
            String records = agentd.door.get("/v1/status").text("audit", "records");
            sql(
                    "CREATE TRIGGER fail BEFORE INSERT ON payload BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
            String substitutes = CanonicalJson.write(Map.of("models", List.of("local/extractive")));
            for (int again = 0; again < 2; again++) {
                isReadOnly(agentd.door.post("/v1/substitutes", substitutes));
                isReadOnly(agentd.spawn("process", TestAgentd.sleeper("p", "")));
                isReadOnly(agentd.spawn("managed", TestAgentd.contract("m", "capabilities: [calc]\n")));
                isReadOnly(agentd.door.post("/v1/audit/checkpoint", ""));
            }
            Reply status = agentd.door.get("/v1/status");
            assertEquals("read-only", status.text("state"));
            assertTrue(status.text("detail").contains("database or disk is full"), status.body());
            assertTrue(agentd.door.get("/v1/status.txt").body().startsWith("✕ agentd "), "people see it at once");
            assertEquals(records, status.text("audit", "records"));
            assertEquals(200, agentd.door.get("/v1/events?since=0").status());
            assertEquals(List.of("agent-a-001.1"), agentd.sandbox.started(), "what is not recorded does not run");
            assertEquals(List.of(), agentd.door.get("/v1/substitutes").json().get("models"));
        }
        sql("DROP TRIGGER fail");
        try (TestAgentd back = TestAgentd.again(directory, agentd)) {
            assertEquals("ready", back.door.get("/v1/status").text("state"));
            assertEquals(
                    List.of("agent-a-001"),
                    back.door.get("/v1/agents").list("agents").stream()
                            .map(agent -> agent.get("id"))
                            .toList());
            assertEquals(200, back.spawn("process", TestAgentd.sleeper("p", "")).status());
        }
        assertInstanceOf(
                AuditVerifier.Outcome.Verified.class, TrailReader.verify(JournalFiles.in(directory.resolve("state"))));
    }
}
