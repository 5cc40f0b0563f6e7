package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.SandboxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessAgentTest {

    private final TestAgentd agentd;

    ProcessAgentTest(@TempDir Path directory) throws Exception {
        agentd = TestAgentd.start(directory);
    }

    @BeforeEach
    void ready() {
        assertEquals("ready", agentd.door.get("/v1/status").text("state"));
    }

    @AfterEach
    void stop() {
        agentd.close();
    }

    private static String restart(String policy, int max, boolean deadLetter) {
        return "supervision: { restart: { policy: " + policy + ", max: " + max
                + ", backoff_ms: 1, backoff_max_ms: 2 }, dead_letter: " + deadLetter + " }\n";
    }

    // ------------------------------------------------------------------ spawn and end

    @Test
    void aSpawnedProcessRunsAfterItsSandboxIsProven() {
        Reply reply = agentd.spawn("k", TestAgentd.sleeper("a", ""));
        assertEquals(200, reply.status(), reply.body());
        assertEquals("agent-a-001", reply.text("id"));
        assertEquals("running", reply.text("state"));
        assertEquals("agent-a-001.1", reply.text("incarnation"));
        assertEquals(17, reply.list("receipt").size());
        assertEquals(
                List.of("agent.admitted", "queued>starting", "sandbox.prepared", "starting>running"),
                agentd.story("agent-a-001"));
        assertEquals(List.of("agent-a-001.1"), agentd.sandbox.started());
        Sandbox.Plan plan = agentd.sandbox.prepared().getFirst();
        assertEquals(List.of("/bin/sleep", "1000"), plan.argv());
        assertEquals("agent-a-001", plan.env().get("AGENTOS_AGENT"));
        assertEquals(OptionalLong.of(1 << 20), plan.limits().memoryBytes());
        assertEquals(OptionalLong.of(1), plan.limits().pids());
        assertEquals(OptionalLong.of(100), plan.limits().cpuMillis());
        assertTrue(plan.mounts().contains(new Sandbox.Mount.Bind(reply.text("workspace"), "/workspace", true)));
    }

    @Test
    void theSameKeyGivesTheSameAgentHoweverOftenItIsSent() {
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    "agent-a-001",
                    agentd.spawn("same", TestAgentd.sleeper("a", "")).text("id"));
        }
        assertEquals(
                "agent-a-002",
                agentd.spawn("other", TestAgentd.sleeper("a", "")).text("id"));
        assertEquals(2, agentd.sandbox.prepared().size());
    }

    private AgentRecord endOf(String script) {
        assertEquals(
                200, agentd.spawn(script, TestAgentd.process("a", script, "")).status());
        return agentd.awaitEnd("agent-a-001");
    }

    @Test
    void exitCodeZeroIsDone() {
        AgentRecord agent = endOf("exit 0");
        assertEquals(AgentState.DONE, agent.state());
        assertEquals("it exited with 0", agent.reason());
        assertEquals(Optional.of(0), agent.exit().orElseThrow().code());
    }

    @Test
    void anotherExitCodeIsAFailureThatNamesIt() {
        AgentRecord agent = endOf("exit 7");
        assertEquals(AgentState.FAILED, agent.state());
        assertEquals("it exited with 7", agent.reason());
        assertEquals(Optional.of(7), agent.exit().orElseThrow().code());
    }

    @Test
    void aSignalIsNamed() {
        assertEquals("it was ended by signal 11", endOf("kill -11 $$").reason());
    }

    @Test
    void aForbiddenSystemCallIsNamed() {
        assertEquals(
                "it made a system call that no sandbox allows (SIGSYS)",
                endOf("kill -31 $$").reason());
    }

    @Test
    void runningOutOfMemoryNamesTheLimitAndItsLine() {
        assertEquals(
                "it ran out of memory: the limit is 1 MiB, c.yaml:5:24 (compute.mem)",
                endOf("oom").reason());
    }

    @Test
    void aCommandThatCannotBeExecutedFailsAndLeavesNothing() {
        agentd.spawn("k", TestAgentd.contract("a", "runtime: { process: { command: [/no/such/program] } }\n"));
        AgentRecord agent = agentd.awaitEnd("agent-a-001");
        assertEquals(AgentState.FAILED, agent.state());
        assertTrue(agent.reason().startsWith("the command was not executed: /no/such/program"), agent.reason());
        assertEquals(Optional.empty(), agentd.sandbox.stateOf("agent-a-001.1"));
    }

    @Test
    void aSandboxThatCannotBeMadeFailsWithItsStep() {
        agentd.sandbox.fails(new SandboxException("spawn.failed", "mount:/usr", "no; see agentctl doctor"));
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        AgentRecord agent = agentd.awaitEnd("agent-a-001");
        assertEquals("the sandbox was not made: no; see agentctl doctor (step mount:/usr)", agent.reason());
        assertEquals("spawn.failed", agent.exit().orElseThrow().reason());
    }

    @Test
    void aStrictContractWithAGapIsRefusedWithTheContractLineAndNeverRuns() {
        agentd.sandbox.lacks("limit.memory");
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        AgentRecord agent = agentd.awaitEnd("agent-a-001");
        assertEquals(AgentState.FAILED, agent.state());
        assertEquals(
                "strict binding, and this host does not enforce limit.memory (this host lacks it), c.yaml:5:24"
                        + " (compute.mem)",
                agent.reason());
        assertEquals(List.of(), agentd.sandbox.started());
    }

    @Test
    void aFlexibleContractRunsWithTheGapOnItsReceipt() {
        agentd.sandbox.lacks("limit.memory");
        agentd.spawn("k", TestAgentd.sleeper("a", "binding: flexible\n"));
        assertTrue(agentd.await("agent-a-001", agent -> agent.state() == AgentState.RUNNING).receipt().stream()
                .anyMatch(line ->
                        line.mechanism().equals("limit.memory") && line.actual().equals("missing")));
    }

    @Test
    void outputIsReadInPieces() {
        agentd.spawn("k", TestAgentd.process("a", "echo hello", ""));
        agentd.awaitEnd("agent-a-001");
        Reply first = agentd.door.get("/v1/agents/agent-a-001/log");
        assertEquals("hello\n", first.text("text"));
        assertEquals("6", first.text("next"));
        Reply last = agentd.door.get("/v1/agents/agent-a-001/log?offset=6&wait_ms=1000");
        assertEquals("true", last.text("ended"));
        assertEquals(
                "llo\n", agentd.door.get("/v1/agents/agent-a-001/log?offset=2").text("text"));
    }

    // ------------------------------------------------------------------ restarts

    @Test
    void aFailingAgentIsRestartedAsNewIncarnationsAndThenKeptAsADeadLetter() {
        agentd.spawn("k", TestAgentd.process("a", "exit 3", restart("on-failure", 2, true)));
        AgentRecord agent = agentd.awaitEnd("agent-a-001");
        assertEquals(AgentState.DEAD, agent.state());
        assertEquals("ended again after 2 restarts; last: it exited with 3", agent.reason());
        assertEquals(List.of("agent-a-001.1", "agent-a-001.2", "agent-a-001.3"), agentd.sandbox.started());
        List<String> story = agentd.story("agent-a-001");
        assertEquals(2, story.stream().filter("agent.restart-scheduled"::equals).count());
        assertEquals(List.of("agent.dead-letter", "running>dead"), story.subList(story.size() - 2, story.size()));
        assertTrue(!agent.endedAt().isEmpty());
    }

    @Test
    void withoutDeadLettersAnAgentThatFailsForGoodHasFailed() {
        agentd.spawn("k", TestAgentd.process("a", "exit 3", restart("on-failure", 1, false)));
        assertEquals(AgentState.FAILED, agentd.awaitEnd("agent-a-001").state());
        assertEquals(2, agentd.sandbox.started().size());
    }

    @Test
    void aGoodEndIsRestartedOnlyWhereThePolicySaysAlways() {
        agentd.spawn("k1", TestAgentd.process("a", "exit 0", restart("on-failure", 5, true)));
        assertEquals(AgentState.DONE, agentd.awaitEnd("agent-a-001").state());
        agentd.spawn("k2", TestAgentd.process("b", "exit 0", restart("always", 1, true)));
        assertEquals(AgentState.DEAD, agentd.awaitEnd("agent-b-001").state());
    }

    @Test
    void anAgentThatWaitsForItsRestartCanBeKilled() {
        agentd.spawn(
                "k",
                TestAgentd.process(
                        "a",
                        "exit 3",
                        "supervision: { restart: { policy: always, backoff_ms: 3600000, backoff_max_ms: 3600000 } }\n"));
        agentd.await("agent-a-001", agent -> agent.state() == AgentState.BACKOFF);
        assertEquals(
                "killed", agentd.door.post("/v1/agents/agent-a-001/kill", "").text("state"));
        assertTrue(!agentd.awaitEnd("agent-a-001").endedAt().isEmpty());
    }

    // ------------------------------------------------------------------ pause, resume, kill

    @Test
    void pausedIsFrozenAndResumedRuns() {
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        assertEquals(
                "paused", agentd.door.post("/v1/agents/agent-a-001/pause", "").text("state"));
        assertEquals(Optional.of("frozen"), agentd.sandbox.stateOf("agent-a-001.1"));
        Reply again = agentd.door.post("/v1/agents/agent-a-001/pause", "");
        assertEquals(409, again.status());
        assertEquals("lifecycle.paused", again.code());
        assertEquals("possible now: resume or kill", again.text("next"));
        assertEquals(
                "running", agentd.door.post("/v1/agents/agent-a-001/resume", "").text("state"));
        assertEquals(Optional.of("running"), agentd.sandbox.stateOf("agent-a-001.1"));
        assertEquals(409, agentd.door.post("/v1/agents/agent-a-001/resume", "").status());
    }

    @Test
    void killedIsOverWhenItsProcessesAreGone() throws InterruptedException {
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        CountDownLatch gate = agentd.sandbox.holdDeaths();
        Thread killer = Thread.ofVirtual().start(() -> agentd.door.post("/v1/agents/agent-a-001/kill", ""));
        agentd.await("agent-a-001", agent -> agent.state() == AgentState.STOPPING);
        assertEquals(409, agentd.door.post("/v1/agents/agent-a-001/kill", "").status(), "it is already being ended");
        gate.countDown();
        AgentRecord agent = agentd.awaitEnd("agent-a-001");
        assertEquals(AgentState.KILLED, agent.state());
        assertTrue(!agent.endedAt().isEmpty());
        Reply late = agentd.door.post("/v1/agents/agent-a-001/kill", "");
        assertEquals("it is over; spawn a new one", late.text("next"));
        assertTrue(killer.join(TestAgentd.PATIENCE));
    }

    @Test
    void aPausedAgentCanBeKilled() {
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        agentd.door.post("/v1/agents/agent-a-001/pause", "");
        assertEquals(
                "killed", agentd.door.post("/v1/agents/agent-a-001/kill", "").text("state"));
    }

    @Test
    void aDeadBrokerIsSaidAndTheRestartRuleDecides() {
        agentd.spawn("k1", TestAgentd.sleeper("a", ""));
        agentd.spawn("k2", TestAgentd.sleeper("b", restart("on-failure", 3, true)));
        agentd.sandbox.lose();
        AgentRecord lost = agentd.awaitEnd("agent-a-001");
        assertEquals(AgentState.FAILED, lost.state());
        assertEquals("sandbox.lost-supervisor", lost.exit().orElseThrow().reason());
        AgentRecord restarted =
                agentd.await("agent-b-001", agent -> agent.state() == AgentState.RUNNING && agent.runNumber() == 2);
        assertEquals("agent-b-001.2", restarted.run());
    }

    @Test
    void anAgentThatWasBeingKilledWhenTheBrokerDiedIsOver() throws InterruptedException {
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        CountDownLatch gate = agentd.sandbox.holdDeaths();
        Thread killer = Thread.ofVirtual().start(() -> agentd.door.post("/v1/agents/agent-a-001/kill", ""));
        agentd.await("agent-a-001", agent -> agent.state() == AgentState.STOPPING);
        agentd.sandbox.lose();
        AgentRecord agent = agentd.awaitEnd("agent-a-001");
        assertEquals(AgentState.KILLED, agent.state());
        assertTrue(!agent.endedAt().isEmpty(), "it has an end");
        gate.countDown();
        assertTrue(killer.join(TestAgentd.PATIENCE));
    }

    @Test
    void anAgentThatFallsSilentIsEndedAndRestarted() {
        agentd.spawn("k", TestAgentd.sleeper("a", """
                supervision:
                  heartbeat_ms: 60000
                  restart: { policy: on-failure, max: 1, backoff_ms: 1, backoff_max_ms: 1 }
                """));
        agentd.await("agent-a-001", agent -> agent.state() == AgentState.RUNNING);
        agentd.time.advance(Duration.ofSeconds(61));
        agentd.await("agent-a-001", agent -> agent.runNumber() == 2 && agent.state() == AgentState.RUNNING);
        assertTrue(agentd.story("agent-a-001").contains("agent.heartbeat-missed"));
        agentd.time.advance(Duration.ofSeconds(61));
        assertEquals(AgentState.DEAD, agentd.awaitEnd("agent-a-001").state());
    }

    @Test
    void whoPassesALimitThatTheServiceWatchesIsStoppedAndToldWhy() {
        agentd.spawn("k", TestAgentd.sleeper("a", "budget: { wall_time: 2s }\n"));
        agentd.await("agent-a-001", agent -> agent.state() == AgentState.RUNNING);
        agentd.time.advance(Duration.ofSeconds(3));
        AgentRecord agent = agentd.awaitEnd("agent-a-001");
        assertEquals(AgentState.FAILED, agent.state());
        assertEquals(
                "it was stopped: its wall time is used up, 3.0 s of 2.0 s, c.yaml:7:11 (budget.wall_time)",
                agent.reason());
        assertEquals("budget.wall_time", agent.exit().orElseThrow().reason());
        assertTrue(agentd.story("agent-a-001").contains("agent.limit-reached"));
    }

    // ------------------------------------------------------------------ admission at the door

    @Test
    void whatIsNotAdmittedLeavesNoAgentAndEveryItemIsNamed() {
        Reply reply = agentd.spawn("k", TestAgentd.contract("a", "capabilities: [mail.read, calendar.read]\n"));
        assertEquals(403, reply.status());
        assertEquals("admission.rejected", reply.code());
        assertEquals(
                List.of("mail.read", "calendar.read"),
                reply.list("items").stream().map(item -> item.get("wanted")).toList());
        assertEquals(List.of(), agentd.door.get("/v1/agents").list("agents"));
    }

    @Test
    void aContractWithMistakesIsRefusedWithAllOfThem() {
        Reply reply = agentd.spawn("k", "apiVersion: agentos/v0.2\nkind: AgentContract\nname: A B\nclas: {}\n");
        assertEquals(403, reply.status());
        assertEquals("contract.invalid", reply.code());
        assertEquals(2, reply.list("items").size());
        assertEquals(3L, reply.list("items").getFirst().get("line"));
    }

    @Test
    void resourcesOfAnEndedAgentAreFreeAgain() {
        String before = agentd.door.get("/v1/status").text("machine", "free_memory_bytes");
        agentd.spawn("k", TestAgentd.sleeper("a", ""));
        assertTrue(!before.equals(agentd.door.get("/v1/status").text("machine", "free_memory_bytes")));
        agentd.door.post("/v1/agents/agent-a-001/kill", "");
        agentd.awaitEnd("agent-a-001");
        assertEquals(before, agentd.door.get("/v1/status").text("machine", "free_memory_bytes"));
    }

    @Test
    void aHostWithoutSandboxesRefusesProcessesAndSaysWhy() {
        agentd.sandbox.hostFails(
                new SandboxException("sandbox.unavailable", "connect", "no broker; see agentctl doctor"));
        agentd.door.post("/v1/doctor", "");
        Reply reply = agentd.spawn("k", TestAgentd.sleeper("a", ""));
        assertEquals(403, reply.status());
        assertEquals(
                "no broker; see agentctl doctor", reply.list("items").getFirst().get("available"));
    }

    @Test
    void aValueThatCannotBeRecordedIsRefusedToItsSenderAlone() {
        String body = TestAgentd.spawnBody("k", TestAgentd.sleeper("a", ""), Map.of("x", "PLACE"));
        for (String poison : List.of("\"half \\ud800\"", "9007199254740993", "1e999")) {
            Reply reply = agentd.door.post("/v1/agents", body.replace("\"PLACE\"", poison));
            assertEquals(400, reply.status(), poison + ": " + reply.body());
        }
        Reply key = agentd.door.post("/v1/agents", body.replace("\"key\":\"k\"", "\"key\":\"\\ud800\""));
        assertEquals(400, key.status(), key.body());
        assertEquals(200, agentd.spawn("k2", TestAgentd.sleeper("b", "")).status(), "everybody else goes on");
        assertEquals("ready", agentd.door.get("/v1/status").text("state"));
    }
}
