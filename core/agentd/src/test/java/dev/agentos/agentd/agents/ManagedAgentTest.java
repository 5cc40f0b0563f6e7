package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.TrailReader;
import dev.agentos.domain.audit.AuditVerifier;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.lifecycle.AgentState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main job on real files: read, summarise, ask, write, undo, and what stops it. */
@Timeout(60)
class ManagedAgentTest {

    private Path directory = Path.of("/");
    private Path docs = Path.of("/");
    private Path out = Path.of("/");

    @BeforeEach
    void files(@TempDir Path temp) throws IOException {
        directory = temp.toRealPath();
        docs = Files.createDirectory(directory.resolve("docs"));
        out = Files.createDirectory(directory.resolve("out"));
        Files.writeString(
                docs.resolve("one.md"), "# One\n\nThe bridge was closed in March. It opened again in April.\n");
        Files.writeString(docs.resolve("two.txt"), "The bridge carries forty trains a day. Nobody was hurt.\n");
    }

    private String summary(String rest) {
        return """
                apiVersion: agentos/v0.2
                kind: AgentContract
                name: a
                capabilities: [fs.read, summarize, fs.write]
                modelPolicy: { allow: [] }
                compute: { mem: 1MiB }
                runtime:
                  managed:
                    plan:
                      - { id: read, tool: fs.read, with: { paths: ["${input.folder}"] } }
                      - { id: summary, tool: summarize, with: { documents: "${steps.read.documents}", sentences: 2 } }
                      - { id: write, tool: fs.write, with: { path: "${input.output}", content: "${steps.summary.markdown}" } }
                filesystem: { read: ["${input.folder}"], write: ["${input.output}"] }
                """ + rest;
    }

    private Map<String, Object> input() {
        return Map.of(
                "folder", docs.toString(), "output", out.resolve("summary.md").toString());
    }

    private Reply spawn(TestAgentd agentd, String rest) {
        Reply reply = agentd.spawn("k", summary(rest), input());
        assertEquals(200, reply.status(), reply.body());
        return reply;
    }

    private static Reply awaitAsk(TestAgentd agentd) {
        AgentRecord agent = agentd.await(
                "agent-a-001",
                record -> record.steps().stream().anyMatch(step -> step.state().equals("asking")));
        String ask = agent.steps().getLast().note();
        return agentd.door.get("/v1/consents/" + ask);
    }

    private static Reply answer(TestAgentd agentd, Reply ask, String decision, String scope) {
        return agentd.door.post(
                "/v1/consents/" + ask.text("id") + "/answer",
                CanonicalJson.write(Map.of(
                        "decision",
                        decision,
                        "scope",
                        scope,
                        "shown",
                        ask.text("shown"),
                        "seen",
                        Digests.sha256Hex(ask.text("content")))));
    }

    @Test
    void threeStepsWriteASummaryOfTheRealFiles() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            spawn(agentd, "");
            AgentRecord agent = agentd.awaitEnd("agent-a-001");
            assertEquals(AgentState.DONE, agent.state(), agent.reason());
            assertEquals(3, agent.toolCalls());
            String written = Files.readString(out.resolve("summary.md"));
            assertTrue(written.contains("bridge"), written);
            assertEquals(List.of("written"), states(agentd));
            Reply undone = agentd.door.post("/v1/agents/agent-a-001/undo", "{\"force\":false}");
            assertEquals(200, undone.status(), undone.body());
            assertEquals(List.of("undone"), states(agentd));
            assertEquals(false, Files.exists(out.resolve("summary.md")));
            assertEquals(
                    404,
                    agentd.door
                            .post("/v1/agents/agent-a-001/undo", "{\"force\":false}")
                            .status());
        }
        assertTrue(
                TrailReader.verify(JournalFiles.in(directory.resolve("home/state")))
                        instanceof AuditVerifier.Outcome.Verified);
    }

    private static List<Object> states(TestAgentd agentd) {
        return agentd.door.get("/v1/agents/agent-a-001/changes").list("changes").stream()
                .<Object>map(change -> change.get("state"))
                .toList();
    }

    @Test
    void aWriteUnderConsentWaitsForAPerson() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            spawn(agentd, "security: { consent_for: [fs.write] }\n");
            Reply ask = awaitAsk(agentd);
            assertEquals(out.resolve("summary.md").toString(), ask.text("target"));
            assertTrue(ask.text("content").contains("bridge"), ask.body());
            assertEquals("needs you", agentd.door.get("/v1/agents/agent-a-001").text("word"));
            assertEquals(false, Files.exists(out.resolve("summary.md")));
            Reply unseen = agentd.door.post(
                    "/v1/consents/" + ask.text("id") + "/answer",
                    "{\"decision\":\"allow\",\"scope\":\"once\",\"shown\":\"\"}");
            assertEquals("consent.not-seen", unseen.code());
            assertEquals("allowed", answer(agentd, ask, "allow", "once").text("decision"));
            assertEquals(AgentState.DONE, agentd.awaitEnd("agent-a-001").state());
            assertTrue(Files.exists(out.resolve("summary.md")));
            assertEquals(
                    "consent.answered", answer(agentd, ask, "allow", "once").code());
        }
    }

    @Test
    void aNoEndsTheRunAndNothingIsWritten() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            spawn(agentd, "security: { consent_for: [fs.write] }\n");
            answer(agentd, awaitAsk(agentd), "deny", "");
            AgentRecord agent = agentd.awaitEnd("agent-a-001");
            assertEquals(AgentState.FAILED, agent.state());
            assertEquals("fs.write was not allowed: denied by user " + System.getProperty("user.name"), agent.reason());
            assertEquals(false, Files.exists(out.resolve("summary.md")));
        }
    }

    @Test
    void killingAnAgentThatAsksWithdrawsItsAsk() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            spawn(agentd, "security: { consent_for: [fs.write] }\n");
            Reply ask = awaitAsk(agentd);
            assertEquals(
                    "killed",
                    agentd.door.post("/v1/agents/agent-a-001/kill", "").text("state"));
            assertEquals(List.of(), agentd.door.get("/v1/consents").list("asks"));
            assertEquals(
                    "consent.answered", answer(agentd, ask, "allow", "once").code());
            assertEquals(false, Files.exists(out.resolve("summary.md")));
        }
    }

    @Test
    void aRunGoesOnAfterARestartWhereItWas() throws Exception {
        TestAgentd first = TestAgentd.start(directory.resolve("home"));
        try (first) {
            spawn(first, "security: { consent_for: [fs.write] }\n");
            awaitAsk(first);
        }
        try (TestAgentd back = TestAgentd.again(directory.resolve("home"), first)) {
            Reply ask = awaitAsk(back);
            assertEquals("ask-1", ask.text("id"), "the same ask, not a second one");
            answer(back, ask, "allow", "once");
            AgentRecord agent = back.awaitEnd("agent-a-001");
            assertEquals(AgentState.DONE, agent.state(), agent.reason());
            List<String> story = back.story("agent-a-001");
            assertEquals(1, story.stream().filter("consent.asked"::equals).count());
            assertEquals(3, story.stream().filter("effect.attempted"::equals).count(), "no step is done twice");
        }
    }

    @Test
    void aPausedRunStandsBetweenItsSteps() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            spawn(agentd, "security: { consent_for: [fs.write] }\n");
            Reply ask = awaitAsk(agentd);
            assertEquals(
                    "paused",
                    agentd.door.post("/v1/agents/agent-a-001/pause", "").text("state"));
            answer(agentd, ask, "allow", "once");
            agentd.await("agent-a-001", agent -> agent.steps().getLast().state().equals("done"));
            assertEquals("paused", agentd.door.get("/v1/agents/agent-a-001").text("state"));
            agentd.door.post("/v1/agents/agent-a-001/resume", "");
            assertEquals(AgentState.DONE, agentd.awaitEnd("agent-a-001").state());
        }
    }

    @Test
    void writingOutsideTheContractIsRefusedWithItsLine() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            String contract = TestAgentd.contract("a", """
                    capabilities: [fs.write]
                    runtime: { managed: { plan: [ { id: w, tool: fs.write, with: { path: %s, content: x } } ] } }
                    """.formatted(docs.resolve("evil.md")));
            agentd.spawn("k", contract);
            AgentRecord agent = agentd.awaitEnd("agent-a-001");
            assertEquals(AgentState.FAILED, agent.state());
            assertTrue(agent.reason().contains("is outside what the contract lets this agent write"), agent.reason());
            assertTrue(agent.reason().contains("c.yaml:"), agent.reason());
            Reply why = agentd.door.get("/v1/agents/agent-a-001/explain?op=write&target=" + docs.resolve("evil.md"));
            assertEquals("refused", why.text("answer"));
        }
    }

    @Test
    void aBudgetStopsTheRunAtItsLimit() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            spawn(agentd, "budget: { tool_calls: 2 }\n");
            AgentRecord agent = agentd.awaitEnd("agent-a-001");
            assertEquals(AgentState.FAILED, agent.state());
            assertTrue(agent.reason().startsWith("budget.tool_calls is used up: 3 of 2, c.yaml:"), agent.reason());
            assertEquals(false, Files.exists(out.resolve("summary.md")));
        }
    }

    @Test
    void timeSpentWaitingForAPersonIsNotTheAgents() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            spawn(agentd, "security: { consent_for: [fs.write] }\nbudget: { wall_time: 1s }\n");
            Reply ask = awaitAsk(agentd);
            agentd.time.advance(Duration.ofMinutes(10));
            answer(agentd, ask, "allow", "once");
            assertEquals(AgentState.DONE, agentd.awaitEnd("agent-a-001").state());
        }
    }

    @Test
    void anInputThatIsMissingIsNamed() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            Reply reply = agentd.spawn("k", summary(""), Map.of("folder", docs.toString()));
            assertEquals(400, reply.status());
            assertTrue(reply.text("message").contains("output"), reply.body());
            assertEquals(List.of(), agentd.door.get("/v1/agents").list("agents"));
        }
    }

    @Test
    void aFailedRunMayBeTriedAgainAsItsContractSays() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            agentd.spawn("k", TestAgentd.contract("a", """
                    capabilities: [calc]
                    runtime: { managed: { plan: [ { id: c, tool: calc, with: { expression: "1/0" } } ] } }
                    supervision: { restart: { policy: on-failure, max: 2, backoff_ms: 1, backoff_max_ms: 1 } }
                    """));
            AgentRecord agent = agentd.awaitEnd("agent-a-001");
            assertEquals(AgentState.DEAD, agent.state());
            assertEquals(3, agent.runNumber());
            assertEquals(2, agent.restartsTotal());
        }
    }
    // ------------------------------------------------------------------ the plan as one question

    private String twoWrites() {
        return """
                apiVersion: agentos/v0.2
                kind: AgentContract
                name: a
                capabilities: [fs.list, fs.write]
                modelPolicy: { allow: [] }
                compute: { mem: 1MiB }
                runtime:
                  managed:
                    plan:
                      - { id: list, tool: fs.list, with: { path: "%1$s" } }
                      - { id: one, tool: fs.write, with: { path: "%2$s/one.md", content: "first words" } }
                      - { id: two, tool: fs.write, with: { path: "%2$s/two.md", content: "second words" } }
                filesystem: { read: ["%1$s"], write: ["%2$s"] }
                security: { consent_for: [fs.write] }
                """.formatted(docs, out);
    }

    private static Reply awaitAsk(TestAgentd agentd, String id) throws InterruptedException {
        for (int i = 0; i < 2000; i++) {
            Reply reply = agentd.door.get("/v1/consents/" + id);
            if (reply.status() == 200) {
                return reply;
            }
            java.util.concurrent.TimeUnit.MILLISECONDS.sleep(10);
        }
        throw new AssertionError(id + " was not asked");
    }

    @Test
    void aPlanIsShownOnceAndAnAllowForTheRunCoversExactlyItsSteps() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            assertEquals(200, agentd.spawn("k", twoWrites(), Map.of()).status());
            Reply ask = awaitAsk(agentd, "ask-1");
            assertEquals("plan", ask.text("kind"), ask.body());
            assertTrue(
                    ask.text("title").endsWith("wants to follow a plan of 3 steps, 2 of which would ask"), ask.body());
            for (String part : List.of("  list: fs.list", "? one: fs.write", "first words", "second words")) {
                assertTrue(ask.text("content").contains(part), ask.text("content"));
            }
            assertTrue(
                    ask.body()
                            .contains("allow fs.write below " + out + "/one.md, fs.write below " + out + "/two.md"
                                    + " until this run ends"),
                    ask.body());
            assertEquals("allowed", answer(agentd, ask, "allow", "run").text("decision"));
            assertEquals(AgentState.DONE, agentd.awaitEnd("agent-a-001").state());
            List<String> story = agentd.story("agent-a-001");
            assertEquals(1, story.stream().filter("consent.asked"::equals).count(), story.toString());
            assertEquals(2, story.stream().filter("grant.given"::equals).count(), story.toString());
            assertEquals(2, story.stream().filter("grant.ended"::equals).count(), "they end with the run");
            assertEquals("second words", Files.readString(out.resolve("two.md")));
        }
    }

    @Test
    void aPlansGrantsAreListedWithWhereTheyWereUsedWhileTheRunGoesOn() throws Exception {
        // What the third step writes is made on the way, so it asks by itself.
        String third = twoWrites()
                .replace(
                        "filesystem:",
                        "      - { id: held, tool: fs.write, with: { path: \"" + out
                                + "/three.md\", content: \"${steps.list.files.0.name}\" } }\nfilesystem:");
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            assertEquals(200, agentd.spawn("k", third, Map.of()).status());
            answer(agentd, awaitAsk(agentd, "ask-1"), "allow", "run");
            awaitAsk(agentd, "ask-2");
            List<? extends Map<?, ?>> grants = agentd.door.get("/v1/grants").list("grants");
            assertEquals(2, grants.size());
            assertEquals(
                    List.of("agent-a-001.1/one 1", "agent-a-001.1/two 1"),
                    grants.stream()
                            .map(grant -> grant.get("last_use") + " " + grant.get("used"))
                            .toList());
        }
    }

    @Test
    void aPlanAllowedOnceAsksAgainAtEachOfItsSteps() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            agentd.spawn("k", twoWrites(), Map.of());
            for (String id : List.of("ask-1", "ask-2", "ask-3")) {
                answer(agentd, awaitAsk(agentd, id), "allow", "once");
            }
            assertEquals(AgentState.DONE, agentd.awaitEnd("agent-a-001").state());
            assertEquals("first words", Files.readString(out.resolve("one.md")));
        }
    }

    @Test
    void aPlanThatIsDeniedIsNotBegun() throws Exception {
        try (TestAgentd agentd = TestAgentd.start(directory.resolve("home"))) {
            agentd.spawn("k", twoWrites(), Map.of());
            answer(agentd, awaitAsk(agentd, "ask-1"), "deny", "");
            AgentRecord agent = agentd.awaitEnd("agent-a-001");
            assertEquals(AgentState.FAILED, agent.state());
            assertEquals("its plan was not allowed: denied by user " + System.getProperty("user.name"), agent.reason());
            assertEquals(
                    List.of(),
                    agentd.story("agent-a-001").stream()
                            .filter("effect.attempted"::equals)
                            .toList());
        }
    }

    @Test
    void aPlanThatWaitsIsTheSameQuestionAfterARestart() throws Exception {
        TestAgentd first = TestAgentd.start(directory.resolve("home"));
        try (first) {
            first.spawn("k", twoWrites(), Map.of());
            awaitAsk(first, "ask-1");
        }
        try (TestAgentd back = TestAgentd.again(directory.resolve("home"), first)) {
            answer(back, awaitAsk(back, "ask-1"), "allow", "run");
            assertEquals(AgentState.DONE, back.awaitEnd("agent-a-001").state());
            assertEquals(
                    1,
                    back.story("agent-a-001").stream()
                            .filter("consent.asked"::equals)
                            .count());
        }
    }
}
