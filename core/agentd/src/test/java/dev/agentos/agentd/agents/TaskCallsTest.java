package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.json.CanonicalJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls of an agent that decides by itself, over the door. */
@Timeout(60)
class TaskCallsTest {

    private Path directory = Path.of("/");
    private Path work = Path.of("/");

    @BeforeEach
    void folders(@TempDir Path temp) throws Exception {
        directory = temp.toRealPath();
        work = Files.createDirectory(directory.resolve("work"));
        Files.writeString(work.resolve("letter.txt"), "Please write it to out.txt");
    }

    private String contract(String rest) {
        return TestAgentd.sleeper(
                "caller",
                "capabilities: [fs.read, fs.write, fs.list]\nfilesystem: { read: [\"" + work + "\"], write: [\"" + work
                        + "\"] }\n" + rest);
    }

    private static String spawn(TestAgentd agentd, String contract) {
        String id = agentd.spawn("k", contract).text("id");
        agentd.await(id, agent -> agent.state().word().equals("running"));
        return id;
    }

    private static String begin(TestAgentd agentd, String agent, String key, List<String> tools) {
        Reply reply = agentd.door.post(
                "/v1/agents/" + agent + "/tasks",
                CanonicalJson.write(Map.of("key", key, "text", "Read the letter", "tools", tools, "limits", Map.of())));
        assertEquals(200, reply.status(), reply.body());
        return reply.text("id");
    }

    private static Reply call(
            TestAgentd agentd, String agent, String tool, String task, String key, Object... arguments) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            values.put((String) arguments[i], arguments[i + 1]);
        }
        return agentd.door.post(
                "/v1/agents/" + agent + "/tools/" + tool,
                CanonicalJson.write(
                        Map.of("task", task, "key", key, "arguments", values, "person", false, "wait_ms", 0L)));
    }

    @Test
    void aTaskNarrowsWhatTheContractAllows() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("s"))) {
            String agent = spawn(agentd, contract(""));
            String task = begin(agentd, agent, "t", List.of("fs.read"));
            Reply read = call(agentd, agent, "fs.read", task, "1", "paths", work.toString());
            assertEquals("done", read.text("outcome"), read.body());
            assertEquals("true", read.text("untrusted"));
            Reply write = call(agentd, agent, "fs.write", task, "2", "path", work + "/a", "content", "x");
            assertEquals("refused", write.text("outcome"));
            assertEquals("scope.tool", write.text("code"));
            assertTrue(write.text("contract_line").contains("c.yaml:"), write.body());
            assertEquals(false, Files.exists(work.resolve("a")));
        }
    }

    @Test
    void whatATaskHasShownIsKnownAfterARestart() throws Exception {
        TestAgentd before = TestAgentd.start(directory.resolve("s"));
        String agent = spawn(before, contract(""));
        String task = begin(before, agent, "t", List.of("fs.read", "fs.write"));
        call(before, agent, "fs.read", task, "1", "paths", work.toString());
        before.close();
        try (TestAgentd after = TestAgentd.again(directory.resolve("s"), before)) {
            Reply shown = after.door.get("/v1/agents/" + agent + "/tasks/" + task);
            assertEquals("true", shown.text("untrusted"), shown.body());
            assertEquals("[t.1 (fs.read)]", shown.text("sources"));
        }
    }

    @Test
    void anAnswerIsForTheArgumentsThatWereShownAndForNoOthers() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("s"))) {
            String agent = spawn(agentd, contract("security: { consent_for: [fs.list] }\n"));
            String task = begin(agentd, agent, "t", List.of("fs.list"));
            Reply asking = call(agentd, agent, "fs.list", task, "1", "path", work.toString());
            assertEquals("asking", asking.text("outcome"), asking.body());
            Reply other = call(agentd, agent, "fs.list", task, "1", "path", work.toString(), "glob", "*");
            assertEquals("asking", other.text("outcome"));
            assertTrue(!asking.text("ask").equals(other.text("ask")), "another ask for other arguments");
            Reply again = call(agentd, agent, "fs.list", task, "1", "path", work.toString());
            assertEquals(asking.text("ask"), again.text("ask"), "the same call goes on waiting for its own ask");
        }
    }

    @Test
    void theSameCallIsDoneOnce() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("s"))) {
            String agent = spawn(agentd, contract(""));
            String task = begin(agentd, agent, "t", List.of("fs.write"));
            assertEquals(
                    "done",
                    call(agentd, agent, "fs.write", task, "1", "path", work + "/a", "content", "x")
                            .text("outcome"));
            Files.writeString(work.resolve("a"), "changed since");
            assertEquals(
                    "done",
                    call(agentd, agent, "fs.write", task, "1", "path", work + "/a", "content", "x")
                            .text("outcome"));
            assertEquals("changed since", Files.readString(work.resolve("a")));
        }
    }

    @Test
    void anEndedTaskAndAnotherAgentsTaskTakeNoCalls() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("s"))) {
            String agent = spawn(agentd, contract(""));
            String other = agentd.spawn("k2", contract("")).text("id");
            agentd.await(other, found -> found.state().word().equals("running"));
            String task = begin(agentd, agent, "t", List.of("fs.list"));
            assertEquals(
                    404,
                    call(agentd, other, "fs.list", task, "1", "path", work.toString())
                            .status());
            agentd.door.post("/v1/agents/" + agent + "/tasks/" + task + "/end", "{}");
            assertEquals(
                    409,
                    call(agentd, agent, "fs.list", task, "2", "path", work.toString())
                            .status());
        }
    }

    @Test
    void aDecisionCanBeAskedForWithoutDoingAnything() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("s"))) {
            String agent = spawn(agentd, contract("budget: { tool_calls: 1 }\n"));
            Reply reply = agentd.door.post(
                    "/v1/agents/" + agent + "/tools/fs.write/explain",
                    CanonicalJson.write(Map.of(
                            "key", "x", "person", true, "arguments", Map.of("path", "/etc/hosts", "content", "x"))));
            assertEquals("refused", reply.text("decision"), reply.body());
            assertEquals("path.write-outside", reply.text("code"));
            String task = begin(agentd, agent, "t", List.of("fs.list"));
            assertEquals(
                    "done",
                    call(agentd, agent, "fs.list", task, "1", "path", work.toString())
                            .text("outcome"));
            Reply second = call(agentd, agent, "fs.list", task, "2", "path", work.toString());
            assertEquals("budget.exceeded", second.text("code"), second.body());
        }
    }
}
