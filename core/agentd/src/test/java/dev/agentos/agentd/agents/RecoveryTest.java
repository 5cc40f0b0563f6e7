package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.egress.EgressDoors;
import dev.agentos.agentd.egress.Resolver;
import dev.agentos.agentd.fake.FakeSandbox;
import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.agentd.fake.NoModels;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.machine.MachineProbe;
import dev.agentos.agentd.models.door.ModelDoors;
import dev.agentos.agentd.recording.Recordings;
import dev.agentos.agentd.tools.SandboxedCalls;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.agentd.tools.Tools;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.admission.Ledger;
import dev.agentos.domain.admission.Machine;
import dev.agentos.domain.extractive.TfIdfVectors;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.secret.Redactor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    void aSandboxThatWasKilledWhileHeldDoesNotLeaveItsAgentStartingForEver() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    holdAgain(gone);
                    gone.sandbox.kill("agent-a-001.1");
                    gone.sandbox.idle();
                    assertEquals(Optional.of("exited"), gone.sandbox.stateOf("agent-a-001.1"));
                    rewind(AgentState.STARTING);
                },
                back -> {
                    AgentRecord agent = back.await("agent-a-001", a -> a.state() == AgentState.RUNNING);
                    assertEquals("agent-a-001.2", agent.run());
                    back.sandbox.awaitForgotten("agent-a-001.1");
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

    /** A later version may be stricter; who depends on that must not be anybody else. */
    @Test
    void anAgentWhoseContractCanNoLongerBeReadHasFailedAndTheOthersGoOn() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    String text = "{\"text\":\"name: [\"}";
                    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:"
                                    + JournalFiles.in(directory.resolve("state"))
                                            .database());
                            PreparedStatement update = connection.prepareStatement(
                                    "UPDATE state SET document = ?, digest = ? WHERE kind = 'contract'")) {
                        update.setString(1, text);
                        update.setString(2, Digests.sha256Hex(text));
                        assertEquals(1, update.executeUpdate());
                    }
                },
                back -> {
                    AgentRecord agent = back.awaitEnd("agent-a-001");
                    assertEquals(AgentState.FAILED, agent.state());
                    assertTrue(
                            agent.reason().startsWith("its stored contract no longer parses: c.yaml:"), agent.reason());
                    back.sandbox.awaitForgotten("agent-a-001.1");
                    assertEquals(
                            "failed", back.door.get("/v1/agents/agent-a-001").text("state"));
                    assertEquals(
                            "running",
                            back.spawn("k2", TestAgentd.sleeper("b", "")).text("state"));
                });
    }

    @Test
    void aSandboxWithoutARecordIsEnded() throws Exception {
        restart(
                TestAgentd.sleeper("a", ""),
                gone -> {
                    Sandbox.Plan plan = gone.sandbox.prepared().getFirst();
                    gone.sandbox.prepare(new Sandbox.Plan(
                            "agent-a-002.1",
                            plan.hostname(),
                            plan.argv(),
                            plan.env(),
                            plan.workdir(),
                            plan.mounts(),
                            plan.stdio(),
                            plan.limits()));
                },
                back -> {
                    back.sandbox.awaitForgotten("agent-a-002.1");
                    assertEquals(Optional.of("running"), back.sandbox.stateOf("agent-a-001.1"));
                });
    }

    /** The same parts as the service's, with recovery in the test's hands: here it comes late. */
    @Test
    void whatIsSpawnedBeforeRecoveryHasRunIsNotRecovered() throws Exception {
        ManualTimeSource time = new ManualTimeSource();
        FakeSandbox sandbox = new FakeSandbox();
        try (SqliteJournal journal = SqliteJournal.open(JournalFiles.in(directory), time, _ -> {})) {
            Path agentsDirectory = Files.createDirectory(directory.resolve("agents"));
            Machine machine = new MachineProbe().probe(Set.of(), Tools.CAPABILITIES, Optional.of(sandbox.host()), "");
            AgentBook book = new AgentBook(journal, Ledger.empty(machine));
            ConsentService consent = new ConsentService(journal, time, "boot-1");
            ToolGateway gateway = Tools.gateway(
                    journal,
                    consent,
                    new Tools.Means(
                            new TfIdfVectors(),
                            directory.resolve("undo"),
                            directory.resolve("cache"),
                            new SandboxedCalls(sandbox, directory.resolve("calls"), "boot", List::of),
                            time));
            SandboxPlans plans = new SandboxPlans(agentsDirectory, List.of());
            AgentEnds ends = new AgentEnds(book, time);
            EgressDoors egress = new EgressDoors(
                    directory.resolve("doors"), journal, consent, time, Resolver.system(), new EgressCallers(book));
            ProcessAgents processes = new ProcessAgents(
                    book,
                    sandbox,
                    time,
                    plans,
                    new StdinPipes(),
                    ends,
                    egress,
                    new ModelDoors(directory.resolve("doors"), new NoModels(), (_, _) -> Optional.empty(), time));
            try (egress;
                    AgentService agents = new AgentService(
                            book,
                            journal,
                            consent,
                            gateway,
                            processes,
                            ends,
                            time,
                            agentsDirectory,
                            () -> true,
                            new Recordings(directory.resolve("recordings"), () -> Redactor.NONE),
                            Paces.UNKNOWN)) {
                agents.load();
                for (String contract : List.of(TestAgentd.sleeper("p", ""), TestAgentd.contract("m", """
                                capabilities: [fs.write]
                                security: { consent_for: [fs.write] }
                                runtime:
                                  managed:
                                    plan: [ { id: w, tool: fs.write, with: { path: /workspace/a, content: x } } ]
                                """))) {
                    agents.spawn(
                            new Trace("t"),
                            new Spawn(
                                    "k" + contract.length(),
                                    "c.yaml",
                                    contract,
                                    Optional.empty(),
                                    Optional.empty(),
                                    List.of(),
                                    Map.of(),
                                    false),
                            "me");
                }
                agents.recover();
                assertEquals(List.of("agent-p-001.1"), sandbox.awaitStarted(1));
                assertEquals(Optional.of("running"), sandbox.stateOf("agent-p-001.1"));
                book.awaitRecord(
                        "agent-m-001", agent -> agent.steps().getFirst().state().equals("asking"), TestAgentd.PATIENCE);
                assertEquals(1, consent.pending().size(), "the plan runs once");
                assertEquals(
                        1,
                        journal.read(0, 1000).stream()
                                .filter(event -> event.kind().equals("run.started"))
                                .count());
            }
        }
    }
}
