package dev.agentos.kernel;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.port.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sandbox port over the native broker {@code agentos-execd}: one packet, one JSON message. */
public final class ExecdSandbox implements Sandbox, AutoCloseable {

    private static final long PROTOCOL = 1;
    private static final long REPLY_SECONDS = 20;

    /** Makes sure that a broker listens on the socket, starting one where that is this service's job. */
    public interface Starter {
        void ensure(Path socket) throws IOException;
    }

    private final Path socketPath;
    private final Starter starter;
    private final ReentrantLock connecting = new ReentrantLock();
    private final AtomicLong nextId = new AtomicLong(1);
    private final Map<Long, CompletableFuture<Map<?, ?>>> waiting = new ConcurrentHashMap<>();
    private volatile @Nullable SeqPacketSocket socket;
    private volatile @Nullable Host host;
    private volatile boolean closed;
    private final List<Consumer<Exit>> exitListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> lostListeners = new CopyOnWriteArrayList<>();

    public ExecdSandbox(Path socketPath, Starter starter) {
        this.socketPath = socketPath;
        this.starter = starter;
    }

    @Override
    public Host host() throws SandboxException {
        connected();
        Host known = host;
        if (known == null) {
            throw unavailable("the broker did not say hello");
        }
        return known;
    }

    @Override
    public Receipt prepare(Plan plan) throws SandboxException {
        Map<?, ?> ok = request("spawn", Map.of("plan", PlanJson.of(plan)));
        return Replies.receipt(plan.incarnation(), ok);
    }

    @Override
    public void start(String incarnation) throws SandboxException {
        request("start", Map.of("incarnation", incarnation));
    }

    @Override
    public void kill(String incarnation) throws SandboxException {
        ignoringUnknown(() -> request("kill", Map.of("incarnation", incarnation)));
    }

    @Override
    public void terminate(String incarnation) throws SandboxException {
        request("term", Map.of("incarnation", incarnation));
    }

    @Override
    public String freeze(String incarnation) throws SandboxException {
        return Replies.text(request("freeze", Map.of("incarnation", incarnation)), "how");
    }

    @Override
    public void thaw(String incarnation) throws SandboxException {
        request("thaw", Map.of("incarnation", incarnation));
    }

    @Override
    public List<Status> list() throws SandboxException {
        return Replies.list(request("list", Map.of()));
    }

    @Override
    public Optional<Status> status(String incarnation) throws SandboxException {
        try {
            return Optional.of(Replies.status(request("status", Map.of("incarnation", incarnation))));
        } catch (SandboxException e) {
            if (e.code().equals("unknown.incarnation")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public List<Status> usage() throws SandboxException {
        return Replies.stats(request("stats", Map.of()));
    }

    @Override
    public Unlinked unlinked(String incarnation) throws SandboxException {
        return Replies.unlinked(request("unlinked", Map.of("incarnation", incarnation)));
    }

    @Override
    public void forget(String incarnation) throws SandboxException {
        ignoringUnknown(() -> request("forget", Map.of("incarnation", incarnation)));
    }

    @Override
    public void onExit(Consumer<Exit> listener) {
        exitListeners.add(listener);
    }

    @Override
    public void onLost(Runnable listener) {
        lostListeners.add(listener);
    }

    /** Leaves the broker and its sandboxes running. */
    @Override
    public void close() {
        closed = true;
        SeqPacketSocket open = socket;
        if (open != null) {
            open.close();
        }
    }

    private interface Request {
        void send() throws SandboxException;
    }

    private static void ignoringUnknown(Request request) throws SandboxException {
        try {
            request.send();
        } catch (SandboxException e) {
            if (!e.code().equals("unknown.incarnation")) {
                throw e;
            }
        }
    }

    private Map<?, ?> request(String op, Map<String, Object> fields) throws SandboxException {
        return exchange(connected(), op, fields);
    }

    private Map<?, ?> exchange(SeqPacketSocket open, String op, Map<String, Object> fields) throws SandboxException {
        long id = nextId.getAndIncrement();
        Map<String, Object> message = new LinkedHashMap<>(fields);
        message.put("v", PROTOCOL);
        message.put("id", id);
        message.put("op", op);
        CompletableFuture<Map<?, ?>> reply = new CompletableFuture<>();
        waiting.put(id, reply);
        try {
            open.send(CanonicalJson.write(message).getBytes(StandardCharsets.UTF_8));
            return Replies.okOrThrow(reply.get(REPLY_SECONDS, TimeUnit.SECONDS));
        } catch (IOException | ExecutionException e) {
            throw unavailable("the sandbox broker cannot be reached: " + e.getMessage());
        } catch (TimeoutException e) {
            throw unavailable("the sandbox broker did not answer " + op + " in " + REPLY_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted while waiting for the sandbox broker");
        } finally {
            waiting.remove(id);
        }
    }

    private SeqPacketSocket connected() throws SandboxException {
        SeqPacketSocket open = socket;
        if (open != null) {
            return open;
        }
        connecting.lock();
        try {
            open = socket;
            if (open != null) {
                return open;
            }
            if (closed) {
                throw unavailable("the service is stopping");
            }
            starter.ensure(socketPath);
            SeqPacketSocket fresh = SeqPacketSocket.connect(socketPath);
            Thread.ofPlatform().daemon().name("execd-reader").start(() -> readFrom(fresh));
            Map<?, ?> hello = hello(fresh);
            if (!Long.valueOf(PROTOCOL).equals(hello.get("protocol"))) {
                fresh.close();
                throw new SandboxException(
                        "version",
                        "hello",
                        "the broker speaks protocol " + hello.get("protocol") + ", agentd " + PROTOCOL
                                + "; install both from the same release");
            }
            host = Replies.host(hello);
            socket = fresh;
            return fresh;
        } catch (IOException e) {
            throw unavailable(e.getMessage());
        } finally {
            connecting.unlock();
        }
    }

    /** The broker's first words; a connection that does not get them is closed. */
    private Map<?, ?> hello(SeqPacketSocket fresh) throws SandboxException {
        try {
            return exchange(fresh, "hello", Map.of());
        } catch (SandboxException e) {
            fresh.close();
            throw e;
        }
    }

    private void readFrom(SeqPacketSocket from) {
        try {
            byte[] packet = from.receive();
            while (packet.length > 0) {
                dispatch(new String(packet, StandardCharsets.UTF_8));
                packet = from.receive();
            }
        } catch (IOException e) {
            System.getLogger(ExecdSandbox.class.getName()).log(System.Logger.Level.DEBUG, "broker connection", e);
        }
        boolean wasCurrent = socket == from;
        if (wasCurrent) {
            socket = null;
        }
        waiting.values().forEach(reply -> reply.completeExceptionally(new IOException("the connection ended")));
        from.release();
        if (wasCurrent && !closed) {
            lostListeners.forEach(Runnable::run);
        }
    }

    private void dispatch(String packet) {
        try {
            if (!(Json.parse(packet) instanceof Map<?, ?> message)) {
                throw new JsonFormatException("not an object", 0);
            }
            if ("exited".equals(message.get("event"))) {
                Exit exit = Replies.exit(message);
                exitListeners.forEach(listener -> listener.accept(exit));
            } else if (message.get("id") instanceof Long id) {
                CompletableFuture<Map<?, ?>> reply = waiting.get(id);
                if (reply != null) {
                    reply.complete(message);
                }
            }
        } catch (JsonFormatException | IllegalArgumentException e) {
            System.getLogger(ExecdSandbox.class.getName())
                    .log(System.Logger.Level.WARNING, "the broker sent what is no message: " + e.getMessage());
        }
    }

    private static SandboxException unavailable(@Nullable String why) {
        return new SandboxException(
                "sandbox.unavailable", "connect", why + "; see agentctl doctor, or the log execd.log");
    }

    /** A number of a message, where it has one. */
    static OptionalLong number(@Nullable Object value) {
        return value instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    /** A text of a message, where it has one. */
    static Optional<String> optionalText(@Nullable Object value) {
        return value instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
