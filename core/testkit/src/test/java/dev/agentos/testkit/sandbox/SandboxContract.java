package dev.agentos.testkit.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.agents.SandboxPlans;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Exit;
import dev.agentos.domain.port.Sandbox.Mount;
import dev.agentos.domain.port.Sandbox.Plan;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.Sandbox.SandboxException;
import dev.agentos.domain.port.Sandbox.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every sandbox keeps, whether it is the native broker or the fake that tests of the service use: a test that
 * passes over the fake is worth something only as long as both pass here.
 */
@Timeout(60)
abstract class SandboxContract {

    private final BlockingQueue<Exit> exits = new LinkedBlockingQueue<>();
    private Optional<Sandbox> opened = Optional.empty();
    private int number;

    /** The sandbox under test, ready to be asked. */
    abstract Sandbox open() throws Exception;

    /** Where logs go: a folder that the agent's user may write to. */
    abstract Path folder();

    /** Ends the sandbox and everything in it. */
    abstract void shut() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        Sandbox fresh = open();
        fresh.onExit(exits::add);
        opened = Optional.of(fresh);
    }

    @AfterEach
    void end() throws Exception {
        shut();
    }

    private Sandbox sandbox() {
        return opened.orElseThrow();
    }

    private Plan plan(String... argv) {
        String incarnation = "agent-contract-001." + ++number;
        List<Mount> mounts = new ArrayList<>(SandboxPlans.system());
        return new Plan(
                incarnation,
                "contract",
                List.of(argv),
                Map.of("PATH", "/usr/bin:/bin"),
                "/tmp",
                mounts,
                new Sandbox.Stdio(
                        Optional.empty(),
                        folder().resolve(number + ".out").toString(),
                        folder().resolve(number + ".err").toString()),
                new Sandbox.Limits(
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(256),
                        OptionalLong.empty()));
    }

    private String prepared(String... argv) throws SandboxException {
        Plan plan = plan(argv);
        Receipt receipt = sandbox().prepare(plan);
        assertEquals(plan.incarnation(), receipt.incarnation());
        return plan.incarnation();
    }

    private String running(String... argv) throws SandboxException {
        String incarnation = prepared(argv);
        sandbox().start(incarnation);
        return incarnation;
    }

    private Exit exit(String incarnation) throws InterruptedException {
        Exit exit = exits.poll(30, TimeUnit.SECONDS);
        assertTrue(exit != null, incarnation + " did not end");
        assertEquals(incarnation, exit.incarnation());
        return exit;
    }

    private Optional<Status> status(String incarnation) throws SandboxException {
        return sandbox().list().stream()
                .filter(status -> status.incarnation().equals(incarnation))
                .findFirst();
    }

    private String state(String incarnation) throws SandboxException {
        return status(incarnation).map(Status::state).orElse("unknown");
    }

    private interface Call {
        void run() throws SandboxException;
    }

    private static String code(Call call) {
        return assertThrows(SandboxException.class, call::run).code();
    }

    // ------------------------------------------------------------------ the contract

    @Test
    void theHostIsDescribed() throws SandboxException {
        Sandbox.Host host = sandbox().host();
        assertFalse(host.version().isEmpty());
        assertFalse(host.mode().isEmpty());
        for (String mechanism : List.of(
                "namespace.user",
                "namespace.mount",
                "namespace.pid",
                "namespace.net",
                "root.readonly",
                "landlock",
                "seccomp",
                "no_new_privs",
                "limit.memory",
                "limit.pids",
                "limit.cpu")) {
            assertTrue(host.mechanism(mechanism).isPresent(), mechanism + " is not told about");
        }
    }

    @Test
    void aPreparedSandboxIsHeldAndNothingOfItRuns() throws Exception {
        String incarnation = prepared("/bin/sh", "-c", "exit 7");
        assertEquals("held", state(incarnation));
        assertEquals("unknown", state("agent-contract-001.99"));
        assertTrue(exits.isEmpty());
        sandbox().start(incarnation);
        assertEquals(Optional.of(7), exit(incarnation).code());
    }

    @Test
    void theReceiptTellsWhatIsEnforced() throws Exception {
        Plan plan = plan("/bin/sleep", "1000");
        Receipt receipt = sandbox().prepare(plan);
        assertTrue(receipt.pid() > 0);
        assertFalse(receipt.lines().isEmpty());
        for (String mechanism : List.of("seccomp", "landlock", "root.readonly", "no_new_privs")) {
            assertTrue(
                    receipt.lines().stream()
                            .anyMatch(line -> line.mechanism().equals(mechanism)
                                    && line.actual().equals("enforced")),
                    mechanism + " is not on " + receipt.lines());
        }
    }

    @Test
    void theExitCodeIsTheCommands() throws Exception {
        for (int code : List.of(0, 1, 42, 255)) {
            String incarnation = running("/bin/sh", "-c", "exit " + code);
            Exit exit = exit(incarnation);
            assertEquals(Optional.of(code), exit.code());
            assertEquals(Optional.empty(), exit.signal());
            assertEquals("exit", exit.reason());
        }
    }

    @Test
    void aSignalIsTold() throws Exception {
        Exit exit = exit(running("/bin/sh", "-c", "kill -11 $$"));
        assertEquals(Optional.empty(), exit.code());
        assertEquals(Optional.of(11), exit.signal());
        assertEquals("signal", exit.reason());
    }

    @Test
    void killingEndsItAtOnceAndTwiceIsNoError() throws Exception {
        String incarnation = running("/bin/sleep", "1000");
        sandbox().kill(incarnation);
        sandbox().kill(incarnation);
        Exit exit = exit(incarnation);
        assertEquals("killed", exit.reason());
        assertEquals(Optional.of(9), exit.signal());
        assertEquals("exited", state(incarnation));
        sandbox().kill(incarnation);
        assertTrue(exits.isEmpty(), "it ends once");
    }

    @Test
    void aHeldSandboxCanBeKilledAndNeverRuns() throws Exception {
        String incarnation = prepared("/bin/sh", "-c", "exit 7");
        sandbox().kill(incarnation);
        assertEquals(Optional.empty(), exit(incarnation).code());
        assertThrows(SandboxException.class, () -> sandbox().start(incarnation));
    }

    @Test
    void askingItToEndIsASignalItCouldHandle() throws Exception {
        String incarnation = running("/bin/sleep", "1000");
        sandbox().terminate(incarnation);
        Exit exit = exit(incarnation);
        assertEquals(Optional.of(15), exit.signal());
        assertEquals("signal", exit.reason());
    }

    @Test
    void frozenStaysFrozenUntilThawed() throws Exception {
        String incarnation = running("/bin/sleep", "1000");
        assertFalse(sandbox().freeze(incarnation).isEmpty(), "the mechanism is named");
        assertEquals("frozen", state(incarnation));
        sandbox().thaw(incarnation);
        assertEquals("running", state(incarnation));
        sandbox().freeze(incarnation);
        sandbox().kill(incarnation);
        assertEquals("killed", exit(incarnation).reason(), "a frozen one can be killed");
    }

    @Test
    void oneIsToldAboutAsTheListDoesAndNobodyIsUnknown() throws Exception {
        String runs = running("/bin/sleep", "1000");
        String ended = running("/bin/sh", "-c", "exit 3");
        Exit exit = exit(ended);
        assertEquals("running", sandbox().status(runs).orElseThrow().state());
        Status over = sandbox().status(ended).orElseThrow();
        assertEquals("exited", over.state());
        assertEquals(exit.code(), over.exit().orElseThrow().code());
        assertEquals(Optional.empty(), sandbox().status("agent-nobody-001.1"));
        sandbox().forget(ended);
        assertEquals(Optional.empty(), sandbox().status(ended));
    }

    @Test
    void usageIsOfEveryoneInTheList() throws Exception {
        String held = prepared("/bin/sleep", "1000");
        String runs = running("/bin/sleep", "1000");
        Map<String, String> states = new java.util.TreeMap<>();
        for (Status status : sandbox().usage()) {
            states.put(status.incarnation(), status.state());
        }
        assertEquals(Map.of(held, "held", runs, "running"), states);
    }

    @Test
    void theListIsEveryOneThatIsNotForgotten() throws Exception {
        String held = prepared("/bin/sleep", "1000");
        String runs = running("/bin/sleep", "1000");
        String ended = running("/bin/sh", "-c", "exit 3");
        Exit exit = exit(ended);
        assertEquals("held", state(held));
        assertEquals("running", state(runs));
        Status status = status(ended).orElseThrow();
        assertEquals("exited", status.state());
        assertEquals(exit.code(), status.exit().orElseThrow().code());
        assertEquals(exit.reason(), status.exit().orElseThrow().reason());
        sandbox().forget(ended);
        assertEquals("unknown", state(ended));
        sandbox().forget(ended);
    }

    @Test
    void oneThatHasNotEndedIsNotForgotten() throws Exception {
        String incarnation = running("/bin/sleep", "1000");
        assertEquals("busy", code(() -> sandbox().forget(incarnation)));
        assertEquals("running", state(incarnation));
    }

    @Test
    void anIncarnationIsKnownUntilItIsForgotten() throws Exception {
        Plan plan = plan("/bin/sh", "-c", "exit 0");
        sandbox().prepare(plan);
        assertEquals("busy", code(() -> sandbox().prepare(plan)));
        sandbox().start(plan.incarnation());
        exit(plan.incarnation());
        assertEquals("busy", code(() -> sandbox().prepare(plan)), "its end is not yet forgotten");
        sandbox().forget(plan.incarnation());
        sandbox().prepare(plan);
        assertEquals("held", state(plan.incarnation()));
    }

    @Test
    void whoDeletedNothingKeepsNothingWithoutAName() throws Exception {
        assertEquals(Sandbox.Unlinked.NONE, sandbox().unlinked(running("/bin/sleep", "1000")));
    }

    @Test
    void startingTwiceIsRefused() throws Exception {
        String incarnation = running("/bin/sleep", "1000");
        assertEquals("busy", code(() -> sandbox().start(incarnation)));
        assertEquals("running", state(incarnation));
    }

    @Test
    void oneThatNobodyKnowsIsSaidSoUnlessItShouldBeGoneAnyway() throws Exception {
        String nobody = "agent-nobody-001.1";
        assertEquals("unknown.incarnation", code(() -> sandbox().start(nobody)));
        assertEquals("unknown.incarnation", code(() -> sandbox().terminate(nobody)));
        assertEquals("unknown.incarnation", code(() -> sandbox().freeze(nobody)));
        assertEquals("unknown.incarnation", code(() -> sandbox().thaw(nobody)));
        assertEquals("unknown.incarnation", code(() -> sandbox().unlinked(nobody)));
        sandbox().kill(nobody);
        sandbox().forget(nobody);
    }

    @Test
    void aCommandThatCannotBeExecutedFailsTheStartAndLeavesNothing() throws Exception {
        String incarnation = prepared("/no/such/program");
        assertEquals("exec.failed", code(() -> sandbox().start(incarnation)));
        assertEquals("unknown", state(incarnation));
        assertTrue(exits.isEmpty());
    }

    @Test
    void severalRunBesideEachOther() throws Exception {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(running("/bin/sleep", "1000"));
        }
        for (String incarnation : all) {
            sandbox().kill(incarnation);
        }
        List<String> ended = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Exit exit = exits.poll(30, TimeUnit.SECONDS);
            assertTrue(exit != null, "one did not end");
            ended.add(exit.incarnation());
        }
        assertEquals(all, ended.stream().sorted().toList());
    }
}
