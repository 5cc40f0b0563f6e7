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
import dev.agentos.domain.admission.Ledger;
import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskKind;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.extractive.TfIdfVectors;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.Sandbox.SandboxException;
import dev.agentos.domain.port.Sandbox.Unlinked;
import dev.agentos.domain.secret.Redactor;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The limits that agentd watches, looked at when the test says so. */
@Timeout(60)
class ProcessWatchTest {

    private final ManualTimeSource time = new ManualTimeSource();
    private final FakeSandbox sandbox = new FakeSandbox();
    private final SqliteJournal journal;
    private final AgentBook book;
    private final ConsentService consent;
    private final EgressDoors egress;
    private final AgentService agents;
    private final ProcessWatch watch;

    ProcessWatchTest(@TempDir Path directory) throws Exception {
        journal = SqliteJournal.open(JournalFiles.in(directory), time, _ -> {});
        Path folder = Files.createDirectory(directory.resolve("agents"));
        book = new AgentBook(
                journal,
                Ledger.empty(new MachineProbe().probe(Set.of(), Tools.CAPABILITIES, Optional.of(sandbox.host()), "")));
        consent = new ConsentService(journal, time, "boot-1");
        ToolGateway gateway = Tools.gateway(
                journal,
                consent,
                new Tools.Means(
                        new TfIdfVectors(),
                        directory.resolve("undo"),
                        directory.resolve("cache"),
                        new SandboxedCalls(sandbox, directory.resolve("calls"), "boot", List::of),
                        time));
        SandboxPlans plans = new SandboxPlans(folder, List.of());
        AgentEnds ends = new AgentEnds(book, time);
        egress = new EgressDoors(
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
        agents = new AgentService(
                book,
                journal,
                consent,
                gateway,
                processes,
                ends,
                time,
                folder,
                () -> true,
                new Recordings(folder.resolve("recordings"), () -> Redactor.NONE),
                Paces.UNKNOWN);
        watch = new ProcessWatch(book, processes, consent, plans, time);
    }

    @AfterEach
    void stop() {
        agents.close();
        egress.close();
        journal.close();
    }

    private AgentRecord running(String name, String rest) throws InterruptedException {
        return running(name, rest, "1GiB");
    }

    private AgentRecord running(String name, String rest, String disk) throws InterruptedException {
        String contract = TestAgentd.sleeper(name, rest).replace("compute: {", "compute: { disk: " + disk + ",");
        AgentRecord agent = agents.spawn(
                new Trace("t"),
                new Spawn(name, "c.yaml", contract, Optional.empty(), Optional.empty(), List.of(), Map.of(), false),
                "me");
        return book.awaitRecord(agent.id(), a -> a.state() == AgentState.RUNNING, TestAgentd.PATIENCE);
    }

    private void look() throws SandboxException {
        watch.look(sandbox.usage());
    }

    /** As of a broker without figures: who may have used the processor is measured at every look. */
    private void lookAtTheDisk() {
        watch.look(List.of());
    }

    private AgentRecord end(AgentRecord agent) throws InterruptedException {
        return book.awaitRecord(agent.id(), a -> a.state().isFinal(), TestAgentd.PATIENCE);
    }

    @Test
    void usedUpWallTimeEndsForGoodWhateverTheRestartRuleSays() throws Exception {
        AgentRecord agent = running("a", "budget: { wall_time: 2s }\nsupervision: { restart: { policy: always } }\n");
        time.advance(Duration.ofSeconds(2));
        look();
        assertEquals(AgentState.RUNNING, book.get(agent.id()).state());
        time.advance(Duration.ofMillis(1));
        look();
        AgentRecord ended = end(agent);
        assertEquals(AgentState.FAILED, ended.state());
        assertEquals(1, ended.runNumber());
    }

    @Test
    void timeInWhichItIsPausedIsNotPartOfItsWallTime() throws Exception {
        AgentRecord agent = running("a", "budget: { wall_time: 2s }\n");
        agents.pause(new Trace("p"), agent.id(), "me");
        look();
        time.advance(Duration.ofSeconds(60));
        look();
        agents.resume(new Trace("r"), agent.id(), "me");
        look();
        time.advance(Duration.ofSeconds(2));
        look();
        assertEquals(AgentState.RUNNING, book.get(agent.id()).state());
        assertEquals(60_000, book.get(agent.id()).waitedMillis());
        time.advance(Duration.ofMillis(1));
        look();
        assertEquals(AgentState.FAILED, end(agent).state());
    }

    private String ask(AgentRecord agent, String key) {
        return consent.ask(
                        new Trace("ask"),
                        new AskRequest(
                                AskKind.TOOL,
                                agent.id(),
                                agent.run(),
                                key,
                                agent.run() + "/" + key,
                                "a",
                                "fs.write",
                                "",
                                "/x",
                                "",
                                Map.of(),
                                new AskContent.None(),
                                Set.of(),
                                true,
                                "",
                                "/x",
                                List.of(),
                                Duration.ZERO,
                                false),
                        List.of())
                .id();
    }

    @Test
    void timeInWhichAPersonIsWaitedForIsNotPartOfItsWallTimeAlsoBetweenTwoLooks() throws Exception {
        AgentRecord agent = running("a", "budget: { wall_time: 2s }\n");
        look();
        String first = ask(agent, "one");
        time.advance(Duration.ofSeconds(40));
        // A pause meanwhile is not taken off a second time.
        agents.pause(new Trace("p"), agent.id(), "me");
        look();
        time.advance(Duration.ofSeconds(20));
        agents.resume(new Trace("r"), agent.id(), "me");
        look();
        consent.answer(new Trace("no"), first, new Answer(false, Scope.ONCE, "me", "", Optional.empty()), false);
        time.advance(Duration.ofSeconds(1));
        String second = ask(agent, "two");
        time.advance(Duration.ofHours(1));
        look();
        assertEquals(AgentState.RUNNING, book.get(agent.id()).state());
        consent.answer(new Trace("no"), second, new Answer(false, Scope.ONCE, "me", "", Optional.empty()), false);
        time.advance(Duration.ofSeconds(1));
        look();
        assertEquals(AgentState.RUNNING, book.get(agent.id()).state(), "two seconds are allowed, and used");
        time.advance(Duration.ofMillis(1));
        look();
        assertEquals("budget.wall_time", end(agent).exit().orElseThrow().reason());
    }

    @Test
    void aWorkspaceThatGrowsTooLargeEndsItAndItsReceiptHadSaidSo() throws Exception {
        AgentRecord agent = running("a", "");
        AgentRecord small = running("b", "");
        assertTrue(agent.receipt().stream()
                .anyMatch(line ->
                        line.mechanism().equals("limit.disk") && line.actual().equals("enforced")));
        for (AgentRecord each : List.of(agent, small)) {
            Path folder = Files.createDirectory(Path.of(each.workspace()).resolve("deep"));
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve("file").toFile(), "rw")) {
                file.setLength(each.id().equals(agent.id()) ? (1L << 30) + 1 : 1L << 20);
            }
            Files.setPosixFilePermissions(folder, Set.of());
        }
        look();
        AgentRecord ended = end(agent);
        assertEquals("limit.disk", ended.exit().orElseThrow().reason());
        assertEquals(
                "it was stopped: its workspace and output take more than 1024 MiB (1024 MiB when it was measured),"
                        + " c.yaml:5:12 (compute.disk)",
                ended.reason());
        assertEquals(AgentState.RUNNING, book.get(small.id()).state());
    }

    @Test
    void aKillThatFailsKeepsNobodyElseFromBeingLookedAtAndIsTriedAgain() throws Exception {
        AgentRecord first = running("a", "budget: { wall_time: 1s }\n");
        AgentRecord second = running("b", "budget: { wall_time: 1s }\n");
        time.advance(Duration.ofSeconds(5));
        sandbox.fails(new SandboxException("sandbox.unavailable", "connect", "no broker"));
        watch.look(List.of());
        assertTrue(book.get(first.id()).stop().isPresent());
        assertTrue(book.get(second.id()).stop().isPresent(), "the second was looked at as well");
        assertEquals(AgentState.RUNNING, book.get(first.id()).state());
        sandbox.fails(null);
        look();
        assertEquals("budget.wall_time", end(first).exit().orElseThrow().reason());
        assertEquals("budget.wall_time", end(second).exit().orElseThrow().reason());
    }

    private String stoppedForDisk(AgentRecord agent) throws Exception {
        lookAtTheDisk();
        AgentRecord ended = end(agent);
        assertEquals("limit.disk", ended.exit().orElseThrow().reason());
        return ended.reason();
    }

    @Test
    void moreFilesThanItsDiskSpaceAllowsEndItHoweverSmallTheyAre() throws Exception {
        AgentRecord agent = running("a", "", "1MiB");
        Path folder = Files.createDirectory(Path.of(agent.workspace()).resolve("many"));
        for (int i = 0; i < 4096; i++) {
            Files.createFile(folder.resolve(String.valueOf(i)));
        }
        assertTrue(stoppedForDisk(agent).contains("holds more than 4096 files and folders"));
    }

    @Test
    void whatItDeletedAndKeepsOpenCounts() throws Exception {
        AgentRecord agent = running("a", "", "4MiB");
        sandbox.unlinked(new Unlinked(4 << 20, 1, 0));
        lookAtTheDisk();
        assertEquals(AgentState.RUNNING, book.get(agent.id()).state());
        sandbox.unlinked(new Unlinked((4 << 20) + 1, 2, 0));
        time.advance(Duration.ofSeconds(2));
        String why = stoppedForDisk(agent);
        assertTrue(why.contains("4 MiB of it in 2 deleted files that it keeps open"), why);
    }

    @Test
    void aProcessThatHidesWhatItKeepsOpenEndsIt() throws Exception {
        AgentRecord agent = running("a", "");
        sandbox.unlinked(new Unlinked(0, 0, 1));
        assertTrue(stoppedForDisk(agent).contains("a process that cannot be looked into"));
    }

    @Test
    void aBrokerThatCannotCountEndsItAfterThreeLooksAndOneLostAnswerDoesNot() throws Exception {
        AgentRecord agent = running("a", "");
        sandbox.countingFails(new SandboxException("broker.failed", "unlinked", "no answer"));
        for (int i = 0; i < 2; i++) {
            lookAtTheDisk();
            time.advance(Duration.ofSeconds(2));
        }
        sandbox.countingFails(null);
        lookAtTheDisk();
        time.advance(Duration.ofSeconds(2));
        sandbox.countingFails(new SandboxException("broker.failed", "unlinked", "no answer"));
        for (int i = 0; i < 2; i++) {
            lookAtTheDisk();
            time.advance(Duration.ofSeconds(2));
        }
        assertEquals(AgentState.RUNNING, book.get(agent.id()).state());
        String why = stoppedForDisk(agent);
        assertTrue(why.contains("failed 3 times in a row to count its deleted files"), why);
    }
}
