package dev.agentos.agentd.fake;

import dev.agentos.domain.port.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A broker in memory that keeps the port's contract, as the native one does: exits are told from a thread of its own,
 * ending is asked for and happens later, an incarnation is known until it is forgotten. It understands a few commands of
 * {@code /bin/sh -c}: {@code exit N}, {@code kill -N $$}, {@code echo TEXT}, {@code oom}; and {@code sleep}, which runs
 * until it is ended. Anything else cannot be executed.
 */
public final class FakeSandbox implements Sandbox, AutoCloseable {

    private static final List<String> MECHANISMS = List.of(
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
            "limit.cpu",
            "limit.deleted_files",
            "doors");

    private static final Pattern EXIT = Pattern.compile("exit (\\d{1,3})");
    private static final Pattern SIGNAL = Pattern.compile("kill -(\\d{1,2}) \\$\\$");
    private static final Pattern ECHO = Pattern.compile("echo (.*)");

    private static final class Box {
        final Plan plan;
        String state = "held";
        boolean dying;

        @Nullable
        Exit exit;

        Box(Plan plan) {
            this.plan = plan;
        }
    }

    private final ExecutorService broker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("fake-broker").factory());
    private final Map<String, Box> boxes = new LinkedHashMap<>();
    private final List<Plan> prepared = new ArrayList<>();
    private final List<String> started = new ArrayList<>();
    private final Set<String> notEnforced = ConcurrentHashMap.newKeySet();
    private volatile @Nullable SandboxException trouble;
    private volatile @Nullable SandboxException blindness;
    private volatile Unlinked unlinked = Unlinked.NONE;
    private volatile @Nullable SandboxException hostTrouble;
    private final List<Consumer<Exit>> exitListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> lostListeners = new CopyOnWriteArrayList<>();

    // ------------------------------------------------------------------ the port

    @Override
    public Host host() throws SandboxException {
        failIf(hostTrouble);
        return new Host(
                "fake",
                "unprivileged",
                MECHANISMS.stream()
                        .map(name -> new Mechanism(name, true, "fake"))
                        .toList());
    }

    @Override
    public synchronized Receipt prepare(Plan plan) throws SandboxException {
        failIf(trouble);
        if (boxes.containsKey(plan.incarnation())) {
            throw new SandboxException("busy", "incarnation", plan.incarnation() + " is already known");
        }
        boxes.put(plan.incarnation(), new Box(plan));
        prepared.add(plan);
        List<Receipt.Line> lines = MECHANISMS.stream()
                .map(name -> notEnforced.contains(name)
                        ? new Receipt.Line(name, true, "missing", "this host lacks it", "")
                        : new Receipt.Line(name, true, "enforced", "fake", "tried"))
                .toList();
        return new Receipt(plan.incarnation(), 4711, 10, lines);
    }

    @Override
    public synchronized void start(String incarnation) throws SandboxException {
        failIf(trouble);
        Box box = known(incarnation);
        if (!box.state.equals("held") || box.dying) {
            throw new SandboxException("busy", "start", incarnation + " is not held");
        }
        run(incarnation, box);
    }

    private void run(String incarnation, Box box) throws SandboxException {
        List<String> argv = box.plan.argv();
        String script =
                argv.size() == 3 && argv.get(0).equals("/bin/sh") && argv.get(1).equals("-c") ? argv.get(2) : "";
        Matcher exit = EXIT.matcher(script);
        Matcher signal = SIGNAL.matcher(script);
        Matcher echo = ECHO.matcher(script);
        if (exit.matches()) {
            running(incarnation, box);
            die(incarnation, Optional.of(Integer.parseInt(exit.group(1))), Optional.empty(), "exit");
        } else if (signal.matches()) {
            running(incarnation, box);
            die(incarnation, Optional.empty(), Optional.of(Integer.parseInt(signal.group(1))), "signal");
        } else if (echo.matches()) {
            running(incarnation, box);
            append(Path.of(box.plan.stdio().stdout()), echo.group(1) + "\n");
            die(incarnation, Optional.of(0), Optional.empty(), "exit");
        } else if (script.equals("oom")) {
            running(incarnation, box);
            die(incarnation, Optional.empty(), Optional.of(9), "oom");
        } else if (argv.getFirst().equals("/bin/sleep")) {
            running(incarnation, box);
        } else {
            boxes.remove(incarnation);
            throw new SandboxException("exec.failed", "exec", argv.getFirst() + " cannot be executed (ENOENT)");
        }
    }

    private void running(String incarnation, Box box) {
        box.state = "running";
        started.add(incarnation);
        notifyAll();
    }

    @Override
    public synchronized void kill(String incarnation) throws SandboxException {
        failIf(trouble);
        if (boxes.containsKey(incarnation)) {
            die(incarnation, Optional.empty(), Optional.of(9), "killed");
        }
    }

    @Override
    public synchronized void terminate(String incarnation) throws SandboxException {
        failIf(trouble);
        if (!known(incarnation).state.equals("running")) {
            throw new SandboxException("busy", "term", incarnation + " does not run");
        }
        die(incarnation, Optional.empty(), Optional.of(15), "signal");
    }

    @Override
    public synchronized String freeze(String incarnation) throws SandboxException {
        move(incarnation, "running", "frozen");
        return "fake";
    }

    @Override
    public synchronized void thaw(String incarnation) throws SandboxException {
        move(incarnation, "frozen", "running");
    }

    private void move(String incarnation, String from, String to) throws SandboxException {
        failIf(trouble);
        Box box = known(incarnation);
        if (!box.state.equals(from)) {
            throw new SandboxException("busy", to, incarnation + " is " + box.state);
        }
        box.state = to;
    }

    @Override
    public synchronized List<Status> list() throws SandboxException {
        failIf(trouble);
        List<Status> list = new ArrayList<>();
        boxes.forEach((name, box) -> list.add(new Status(
                name,
                box.state,
                OptionalLong.of(1_000),
                OptionalLong.of(4_096),
                OptionalLong.of(1),
                Optional.ofNullable(box.exit))));
        return list;
    }

    /** What {@link #unlinked} finds from now on. */
    public void unlinked(Unlinked found) {
        unlinked = found;
    }

    /** Counting deleted files fails from now on with this; null ends it. */
    public void countingFails(@Nullable SandboxException failure) {
        blindness = failure;
    }

    @Override
    public synchronized Unlinked unlinked(String incarnation) throws SandboxException {
        failIf(trouble);
        failIf(blindness);
        return "running".equals(known(incarnation).state) ? unlinked : Unlinked.NONE;
    }

    @Override
    public synchronized void forget(String incarnation) throws SandboxException {
        failIf(trouble);
        Box box = boxes.get(incarnation);
        if (box != null && box.exit == null) {
            throw new SandboxException("busy", "forget", incarnation + " has not ended");
        }
        boxes.remove(incarnation);
        notifyAll();
    }

    @Override
    public void onExit(Consumer<Exit> listener) {
        exitListeners.add(listener);
    }

    @Override
    public void onLost(Runnable listener) {
        lostListeners.add(listener);
    }

    private Box known(String incarnation) throws SandboxException {
        Box box = boxes.get(incarnation);
        if (box == null) {
            throw new SandboxException("unknown.incarnation", "incarnation", incarnation + " is not known");
        }
        return box;
    }

    /** Ends a tree, later and from the broker's thread, as a kernel does. */
    private synchronized void die(String incarnation, Optional<Integer> code, Optional<Integer> signal, String reason) {
        Box box = boxes.get(incarnation);
        if (box == null || box.dying) {
            return;
        }
        box.dying = true;
        broker.execute(() -> {
            Exit exit = new Exit(incarnation, code, signal, reason, OptionalLong.of(1_000), OptionalLong.of(8_192));
            synchronized (this) {
                if (boxes.get(incarnation) != box) {
                    return;
                }
                box.state = "exited";
                box.exit = exit;
            }
            exitListeners.forEach(listener -> listener.accept(exit));
        });
    }

    private static void failIf(@Nullable SandboxException failure) throws SandboxException {
        if (failure != null) {
            throw failure;
        }
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ------------------------------------------------------------------ what a test does to it

    /** From now on the receipt says that the host lacks this mechanism. */
    public void lacks(String mechanism) {
        notEnforced.add(mechanism);
    }

    /** From now on every request fails with this; null: it works again. */
    public void fails(@Nullable SandboxException failure) {
        trouble = failure;
    }

    /** From now on the host cannot be probed. */
    public void hostFails(SandboxException failure) {
        hostTrouble = failure;
    }

    /** The broker dies, and every sandbox with it. */
    public void lose() {
        synchronized (this) {
            boxes.clear();
        }
        lostListeners.forEach(Runnable::run);
    }

    /** A sandbox ends without anybody being told, as while agentd is away. */
    public synchronized void vanish(String incarnation) {
        boxes.remove(incarnation);
    }

    /** Nothing dies until the returned latch is counted down. */
    public CountDownLatch holdDeaths() {
        CountDownLatch gate = new CountDownLatch(1);
        broker.execute(() -> pass(gate));
        return gate;
    }

    private static void pass(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until everything that was asked for has happened, and was told. */
    public void idle() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        broker.execute(reached::countDown);
        reached.await();
    }

    /** Every plan that was prepared, in order. */
    public synchronized List<Plan> prepared() {
        return List.copyOf(prepared);
    }

    /** Every incarnation whose first instruction ran, in order. */
    public synchronized List<String> started() {
        return List.copyOf(started);
    }

    /** Waits until this many first instructions have run; every incarnation that did, in order. */
    public synchronized List<String> awaitStarted(int count) throws InterruptedException {
        while (started.size() < count) {
            wait();
        }
        return started();
    }

    /** Waits until nobody knows the incarnation any more. */
    public synchronized void awaitForgotten(String incarnation) throws InterruptedException {
        while (boxes.containsKey(incarnation)) {
            wait();
        }
    }

    /** The state of an incarnation; empty when it is not known. */
    public synchronized Optional<String> stateOf(String incarnation) {
        return Optional.ofNullable(boxes.get(incarnation)).map(box -> box.state);
    }

    /** Leaves the sandboxes as they are: a broker outlives the service. */
    @Override
    public void close() {
        exitListeners.clear();
        lostListeners.clear();
    }
}
