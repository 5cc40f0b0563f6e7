package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.FakeSandbox;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Sandbox;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service goes away and comes back; the broker and its sandboxes were there all the time, or were not. */
@Timeout(60)
class RecoveryTest {

    @TempDir
    Path directory;

    private interface Meanwhile {
        void happens(TestAgentd gone) throws Exception;
    }

    private interface Then {
        void is(TestAgentd back) throws Exception;
    }

    private void restart(String contract, Meanwhile meanwhile, Then then) throws Exception {
        TestAgentd first = TestAgentd.start(directory);
        try (first) {
            assertEquals(200, first.spawn("k", contract).status());
            first.await("agent-a-001", agent -> agent.state() == AgentState.RUNNING);
        }
        meanwhile.happens(first);
        try (TestAgentd back = TestAgentd.again(directory, first)) {
            then.is(back);
        }
    }

    /** What the state would be had the service died earlier. */
    private void rewind(AgentState state) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:"
                        + JournalFiles.in(directory.resolve("state")).database());
                Statement query = connection.createStatement();
                ResultSet row = query.executeQuery("SELECT document FROM state WHERE kind = 'agent'");
                PreparedStatement update =
                        connection.prepareStatement("UPDATE state SET document = ?, digest = ? WHERE kind = 'agent'")) {
            Map<String, Object> document = new LinkedHashMap<>();
            if (Json.parse(row.getString(1)) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> document.put(String.valueOf(name), value));
            }
            document.put("state", state.name());
            String text = CanonicalJson.write(document);
            assertEquals(state, WireJson.read(text, AgentRecord.class).state());
            update.setString(1, text);
            update.setString(2, Digests.sha256Hex(text));
            assertEquals(1, update.executeUpdate());
        }
    }

    @Test
    void aRunningAgentIsAdoptedAndNeverNoticed() throws Exception {
        restart(TestAgentd.sleeper("a", ""), _ -> {}, back -> {
            assertEquals("running", back.door.get("/v1/agents/agent-a-001").text("state"));
            assertEquals(Optional.of("running"), back.sandbox.stateOf("agent-a-001.1"));
            assertEquals(
                    "killed", back.door.post("/v1/agents/agent-a-001/kill", "").text("state"));
            assertEquals(List.of("agent-a-001.1"), back.sandbox.started());
        });
    }

    @Test
    void anAgentThatEndedMeanwhileHasItsEndRecorded() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    gone.sandbox.terminate("agent-a-001.1");
                    gone.sandbox.idle();
                },
                back -> {
                    AgentRecord agent = back.awaitEnd("agent-a-001");
                    assertEquals(AgentState.FAILED, agent.state());
                    assertEquals("it was ended by signal 15", agent.reason());
                });
    }

    @Test
    void anAgentWhoseSandboxIsGoneHasLostItsSupervisor() throws Exception {
        restart(TestAgentd.sleeper("a", ""), gone -> gone.sandbox.vanish("agent-a-001.1"), back -> {
            AgentRecord agent = back.awaitEnd("agent-a-001");
            assertEquals(AgentState.FAILED, agent.state());
            assertEquals("its sandbox was gone when agentd came back (lost-supervisor)", agent.reason());
        });
    }

    @Test
    void anAgentThatWasBeingEndedIsEndedNow() throws Exception {
        restart(TestAgentd.sleeper("a", ""), _ -> rewind(AgentState.STOPPING), back -> {
            assertEquals(AgentState.KILLED, back.awaitEnd("agent-a-001").state());
            back.sandbox.awaitForgotten("agent-a-001.1");
        });
    }

    @Test
    void anAgentThatWasStartingWithoutASandboxIsStarted() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    gone.sandbox.vanish("agent-a-001.1");
                    rewind(AgentState.STARTING);
                },
                back -> {
                    back.await("agent-a-001", agent -> agent.state() == AgentState.RUNNING);
                    assertEquals(List.of("agent-a-001.1", "agent-a-001.1"), back.sandbox.awaitStarted(2));
                });
    }

    private static void holdAgain(TestAgentd gone) throws Exception {
        Sandbox.Plan plan = gone.sandbox.prepared().getFirst();
        gone.sandbox.vanish(plan.incarnation());
        gone.sandbox.prepare(plan);
    }

    @Test
    void aHeldSandboxOfAStartingAgentIsEndedAndTheAgentStartsAsANewIncarnation() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    holdAgain(gone);
                    rewind(AgentState.STARTING);
                },
                back -> {
                    AgentRecord agent = back.await("agent-a-001", a -> a.state() == AgentState.RUNNING);
                    assertEquals("agent-a-001.2", agent.run());
                    assertEquals(List.of("agent-a-001.1", "agent-a-001.2"), back.sandbox.awaitStarted(2));
                    back.sandbox.awaitForgotten("agent-a-001.1");
                    assertEquals(
                            "running", back.door.get("/v1/agents/agent-a-001").text("state"));
                });
    }

    @Test
    void aHeldSandboxOfARunningAgentNeverRan() throws Exception {
        restart(TestAgentd.sleeper("a", ""), RecoveryTest::holdAgain, back -> {
            AgentRecord agent = back.awaitEnd("agent-a-001");
            assertEquals(AgentState.FAILED, agent.state());
            assertEquals(List.of("agent-a-001.1"), back.sandbox.started());
        });
    }

    @Test
    void aPausedAgentStaysPaused() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    gone.sandbox.freeze("agent-a-001.1");
                    rewind(AgentState.PAUSED);
                },
                back -> {
                    assertEquals(
                            "running",
                            back.door.post("/v1/agents/agent-a-001/resume", "").text("state"));
                    assertEquals(Optional.of("running"), back.sandbox.stateOf("agent-a-001.1"));
                });
    }

    @Test
    void anAgentThatWaitedForItsRestartIsRestarted() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    gone.sandbox.vanish("agent-a-001.1");
                    rewind(AgentState.BACKOFF);
                },
                back -> back.await("agent-a-001", agent -> agent.state() == AgentState.RUNNING));
    }

    @Test
    void theSameKeyStillGivesTheSameAgentAfterARestart() throws Exception {
        restart(TestAgentd.sleeper("a", ""), _ -> {}, back -> {
            assertEquals(
                    "agent-a-001", back.spawn("k", TestAgentd.sleeper("a", "")).text("id"));
            assertEquals(
                    "agent-a-002", back.spawn("k2", TestAgentd.sleeper("a", "")).text("id"));
            String free = back.door.get("/v1/status").text("machine", "free_memory_bytes");
            back.door.post("/v1/agents/agent-a-001/kill", "");
            back.awaitEnd("agent-a-001");
            assertTrue(Long.parseLong(free) < freeNow(back), "its promise was made again, and is free now");
        });
    }

    private static long freeNow(TestAgentd agentd) {
        return Long.parseLong(agentd.door.get("/v1/status").text("machine", "free_memory_bytes"));
    }

    @Test
    void whatIsSpawnedWhileTheServiceRecoversIsNotRecovered() throws Exception {
        FakeSandbox sandbox = new FakeSandbox();
        CountDownLatch gate = sandbox.holdHost();
        try (TestAgentd agentd = TestAgentd.over(directory, sandbox)) {
            List<CompletableFuture<Integer>> spawning = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                String contract =
                        number % 2 == 0 ? TestAgentd.sleeper("p" + number, "") : TestAgentd.contract("m" + number, """
                                capabilities: [calc]
                                runtime: { managed: { plan: [ { id: c, tool: calc, with: { expression: "1+1" } } ] } }
                                """);
                spawning.add(CompletableFuture.supplyAsync(
                        () -> agentd.spawn("k" + number, contract).status(),
                        task -> Thread.ofVirtual().start(task)));
            }
            gate.countDown();
            for (CompletableFuture<Integer> spawned : spawning) {
                assertEquals(200, spawned.get(20, TimeUnit.SECONDS));
            }
            assertEquals(
                    Set.of("agent-p0-001.1", "agent-p2-001.1", "agent-p4-001.1", "agent-p6-001.1"),
                    Set.copyOf(sandbox.awaitStarted(4)));
            for (int i = 0; i < 8; i += 2) {
                String id = "agent-p" + i + "-001";
                assertEquals(
                        AgentState.RUNNING,
                        agentd.await(id, agent -> agent.state() == AgentState.RUNNING)
                                .state());
                String managed = "agent-m" + (i + 1) + "-001";
                assertEquals(AgentState.DONE, agentd.awaitEnd(managed).state());
                assertEquals(
                        1,
                        agentd.story(managed).stream()
                                .filter("effect.attempted"::equals)
                                .count(),
                        "each step is done once");
            }
        }
    }
}
