package dev.agentos.tui.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.bridge.wire.AgentWire.LogChunk;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.bridge.wire.AgentWire.StepView;
import dev.agentos.bridge.wire.AgentWire.Usage;
import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.tui.ctl.Ctl.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentctlTest {

    private final Ctl ctl = new Ctl();

    @TempDir
    Path directory;

    private Path contract = Path.of("");

    @BeforeEach
    void writeContract() throws IOException {
        contract = directory.resolve("a.yaml");
        Files.writeString(contract, "apiVersion: agentos/v0.2\nkind: AgentContract\nname: shell\n");
    }

    private static AgentView agent(String id, String kind, String state, Optional<ExitView> exit, StepView... steps) {
        return new AgentView(
                id,
                "shell",
                "SRT",
                "flexible",
                kind,
                state,
                state,
                state.equals("done") ? "✓" : "✕",
                "why it ended",
                "sha256:0123456789abcdef0123",
                "admitted",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(
                        new ReceiptLine("namespace.net", true, "enforced", "", ""),
                        new ReceiptLine("limit.cpu", true, "missing", "no cgroup", "")),
                id + ".1",
                "",
                "/state/ws",
                0,
                "2026-11-23T04:00:00Z",
                "",
                exit,
                new Usage(0, 0, 1),
                List.of(steps),
                0);
    }

    private static AgentView process(int code) {
        return agent(
                "agent-shell-001",
                "process",
                code == 0 ? "done" : "failed",
                Optional.of(new ExitView(Optional.of(code), Optional.empty(), "")));
    }

    // ------------------------------------------------------------------ usage and errors

    @Test
    void nothingIsAUsageError() {
        assertEquals(2, ctl.run().exit());
    }

    @Test
    void aMistypedCommandIsNamedWithWhatWasMeant() {
        Ran ran = ctl.run("lst");
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("did you mean") && ran.err().contains("list"), ran.err());
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        assertEquals(
                List.of(),
                withoutExample(Agentctl.whole(new CtlContext(
                        new dev.agentos.tui.term.Console(
                                java.io.InputStream.nullInputStream(),
                                System.out,
                                System.err,
                                false,
                                false,
                                false,
                                Map.of()),
                        (_, _) -> ctl.agentd))));
    }

    private static List<String> withoutExample(picocli.CommandLine line) {
        List<String> missing = new java.util.ArrayList<>();
        line.getSubcommands().forEach((name, sub) -> {
            String help = sub.getUsageMessage();
            if (!help.contains("Example")) {
                missing.add(name);
            }
            missing.addAll(withoutExample(sub));
        });
        return missing;
    }

    @Test
    void anUnreachableServiceIs69WithPlaceAndNextStep() {
        ctl.agentd.unreachable = true;
        Ran ran = ctl.run("list");
        assertEquals(69, ran.exit());
        assertEquals("""
                agentctl: service.unreachable: no agentd is running: there is no socket
                  at /run/x.sock
                  → start it: agentos up
                """, ran.err());
    }

    @Test
    void withJsonAnErrorIsOneObjectOnStandardError() {
        ctl.agentd.unreachable = true;
        Ran ran = ctl.run("list", "--json");
        assertEquals(
                "service.unreachable", WireJson.read(ran.err(), ErrorBody.class).code());
        assertEquals("", ran.out());
    }

    // ------------------------------------------------------------------ agents

    @Test
    void anAgentIsFoundByAnEndOfItsId() {
        ctl.agentd
                .answer("GET /v1/agents", new AgentWire.Agents(List.of(process(0))))
                .answer("POST /v1/agents/agent-shell-001/pause", process(0));
        assertEquals(0, ctl.run("pause", "001").exit());
        assertEquals(0, ctl.run("pause", "shell-001").exit());
        assertEquals(0, ctl.run("pause", "shell").exit());
    }

    @Test
    void anUnknownAgentIs5WithWhatWasMeant() {
        ctl.agentd.answer("GET /v1/agents", new AgentWire.Agents(List.of(process(0))));
        Ran ran = ctl.run("pause", "agent-shel-001");
        assertEquals(5, ran.exit());
        assertTrue(ran.err().contains("did you mean agent-shell-001?"), ran.err());
    }

    @Test
    void anEndThatTwoAgentsHaveIsAmbiguous() {
        ctl.agentd.answer(
                "GET /v1/agents",
                new AgentWire.Agents(List.of(
                        agent("agent-a-001", "managed", "done", Optional.empty()),
                        agent("agent-b-001", "managed", "done", Optional.empty()))));
        Ran ran = ctl.run("show", "001");
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("agent-a-001, agent-b-001"), ran.err());
    }

    @Test
    void listShowsGlyphAndWord() {
        ctl.agentd.answer("GET /v1/agents", new AgentWire.Agents(List.of(process(0))));
        Ran ran = ctl.run("list", "--all");
        assertTrue(ran.out().contains("✓ done"), ran.out());
        assertTrue(ran.out().contains("agent-shell-001"), ran.out());
    }

    @Test
    void listJsonIsTheWire() {
        AgentWire.Agents agents = new AgentWire.Agents(List.of(process(0)));
        ctl.agentd.answer("GET /v1/agents", agents);
        assertEquals(
                WireJson.write(agents) + "\n",
                ctl.run("list", "--all", "--json").out());
    }

    @Test
    void aRefusedSpawnIs3WithEveryItem() {
        ctl.agentd.error(
                "POST /v1/agents",
                403,
                new ErrorBody(
                        "admission.rejected",
                        "shell cannot be honoured by this machine: 1 item",
                        "shell",
                        "see the items",
                        List.of(Map.of(
                                "resource",
                                "model",
                                "wanted",
                                "local/x",
                                "available",
                                "not on this machine",
                                "contract_line",
                                "a.yaml:4:1 (modelPolicy.allow)",
                                "help",
                                "install it"))));
        Ran ran = ctl.run("spawn", "--contract", contract.toString());
        assertEquals(3, ran.exit());
        assertEquals("""
                agentctl: admission.rejected: shell cannot be honoured by this machine: 1 item
                  at shell
                  ✕ model  wanted local/x, available not on this machine
                    a.yaml:4:1 (modelPolicy.allow)
                    → install it
                  → see the items
                """, ran.err());
    }

    @Test
    void waitingForAnEndGivesTheExitCodeOfTheEnd() {
        ctl.agentd
                .answer("POST /v1/agents", agent("agent-a-001", "managed", "running", Optional.empty()))
                .answer(
                        "GET /v1/agents/agent-a-001",
                        agent(
                                "agent-a-001",
                                "managed",
                                "failed",
                                Optional.empty(),
                                new StepView("write", "fs.write", "failed", "consent.denied")));
        assertEquals(
                4,
                ctl.run("spawn", "--contract", contract.toString(), "--wait", "ended")
                        .exit());
    }

    @Test
    void aRefusedStepIs3() {
        assertEquals(
                3,
                AgentCommands.exitOf(agent(
                        "agent-a-001",
                        "managed",
                        "failed",
                        Optional.empty(),
                        new StepView("write", "fs.write", "failed", "policy.path.write-outside"))));
    }

    @Test
    void anInputWithoutAValueIsAUsageError() {
        Ran ran = ctl.run("spawn", "--contract", contract.toString(), "--input", "folder");
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("NAME=VALUE"), ran.err());
    }

    @Test
    void inputsComeFromTheLineAndFromFiles() throws IOException {
        Path file = Files.writeString(directory.resolve("q.txt"), "what is due?");
        ctl.agentd.answer("POST /v1/agents", agent("agent-a-001", "managed", "running", Optional.empty()));
        ctl.run(
                "spawn",
                "--contract",
                contract.toString(),
                "--input",
                "folder=/data",
                "--input",
                "question=@" + file,
                "--class",
                "SRT");
        AgentWire.Spawn sent =
                WireJson.readStrict(ctl.agentd.requests.getFirst().body(), AgentWire.Spawn.class);
        assertEquals(Map.of("folder", "/data", "question", "what is due?"), sent.input());
        assertEquals(Optional.of("SRT"), sent.latency());
    }

    // ------------------------------------------------------------------ run

    private Ran runs(AgentView end) {
        ctl.agentd
                .answer("POST /v1/agents", agent("agent-shell-001", "process", "running", Optional.empty()))
                .answer("GET /v1/agents/agent-shell-001/log", new LogChunk("stdout", 0, 6, "hello\n", false))
                .answer("GET /v1/agents/agent-shell-001/log", new LogChunk("stdout", 0, 6, "", false))
                .answer("GET /v1/agents/agent-shell-001/log", new LogChunk("stdout", 6, 6, "", true))
                .answer("GET /v1/agents/agent-shell-001", end);
        return ctl.run("run", "--contract", contract.toString(), "--", "sh", "-c", "exit 7");
    }

    @Test
    void runPassesTheCommandAndItsExitCodeThrough() {
        Ran ran = runs(process(7));
        assertEquals(7, ran.exit());
        assertTrue(ran.err().contains("agent-shell-001 · sandbox 1 of 2, without limit.cpu"), ran.err());
        assertTrue(ran.err().contains("explain a refusal: agentctl explain agent-shell-001"), ran.err());
        assertEquals(
                List.of("sh", "-c", "exit 7"),
                WireJson.readStrict(ctl.agentd.requests.getFirst().body(), AgentWire.Spawn.class)
                        .command());
    }

    @Test
    void runGives128AndTheSignal() {
        assertEquals(
                137,
                runs(agent(
                                "agent-shell-001",
                                "process",
                                "failed",
                                Optional.of(new ExitView(Optional.empty(), Optional.of(9), ""))))
                        .exit());
    }

    @Test
    void runGives127WhereThereIsNoSuchCommand() {
        assertEquals(
                127,
                runs(agent(
                                "agent-shell-001",
                                "process",
                                "failed",
                                Optional.of(new ExitView(Optional.empty(), Optional.empty(), "exec.failed"))))
                        .exit());
    }

    @Test
    void runGives126WhereItIsRefusedAnd125WhereAgentctlFails() {
        ctl.agentd.error(
                "POST /v1/agents",
                403,
                new ErrorBody("contract.invalid", "a.yaml has 1 problem", "a.yaml", "", List.of()));
        assertEquals(
                126,
                ctl.run("run", "--contract", contract.toString(), "--", "ls").exit());
        ctl.agentd.unreachable = true;
        assertEquals(
                125,
                ctl.run("run", "--contract", contract.toString(), "--", "ls").exit());
        assertEquals(
                125, ctl.run("run", "--contract", "/nowhere.yaml", "--", "ls").exit());
    }

    @Test
    void optionsOfTheCommandAreNotAgentctls() {
        ctl.agentd.error("POST /v1/agents", 403, new ErrorBody("x", "x", "", "", List.of()));
        ctl.run("run", "--contract", contract.toString(), "ls", "--json", "-h");
        assertEquals(
                List.of("ls", "--json", "-h"),
                WireJson.readStrict(ctl.agentd.requests.getFirst().body(), AgentWire.Spawn.class)
                        .command());
    }

    // ------------------------------------------------------------------ audit, completion, tour

    @Test
    void verifyingNothingIs5() {
        Ran ran = ctl.run("audit", "verify", "--state", directory.toString());
        assertEquals(5, ran.exit());
        assertTrue(ran.err().contains("there is no audit trail"), ran.err());
    }

    @Test
    void theCompletionScriptKnowsTheCommands() {
        String script = ctl.run("completion", "bash").out();
        assertTrue(script.contains("consent") && script.contains("verify"), "it names no commands");
    }

    @Test
    void theTourNeedsAPersonOrAScript() {
        Ran ran = ctl.run("tour");
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("--auto"), ran.err());
    }

    @Test
    void aTourThatFailsSaysSoInOneObject() {
        Ran ran = ctl.run("tour", "--auto", "--json", "--folder", "/nowhere");
        assertEquals(5, ran.exit());
        assertTrue(ran.out().startsWith("{") && ran.out().contains("\"ok\":false"), ran.out());
        assertEquals(1, ran.out().lines().count());
    }
}
