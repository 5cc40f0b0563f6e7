package dev.agentos.testkit.models;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.agentos.bridge.wire.WireJson;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An Ollama on loopback that fetches models of given sizes in a given time, beside the registry that it would fetch them
 * from. As the real one does, it stops when who asked goes away, has a model only when it is whole, and goes on from what
 * it has.
 */
public final class ScriptedOllama implements AutoCloseable {

    private static final int STEPS = 20;

    private final HttpServer server;
    private final Duration step;
    private final Map<String, Long> library = new ConcurrentHashMap<>();
    private final Map<String, Integer> partly = new ConcurrentHashMap<>();
    private final Set<String> there = new ConcurrentSkipListSet<>();
    private final List<String> stopped = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    private ScriptedOllama(HttpServer server, Duration step) {
        this.server = server;
        this.step = step;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/api/tags",
                exchange -> whole(
                        exchange,
                        200,
                        Map.of(
                                "models",
                                there.stream().map(name -> Map.of("name", name)).toList())));
        server.createContext("/api/pull", this::pull);
        server.createContext("/v2/", this::manifest);
    }

    /** @param step how long each twentieth of a model takes */
    public static ScriptedOllama start(Duration step) throws IOException {
        ScriptedOllama ollama = new ScriptedOllama(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50), step);
        ollama.server.start();
        return ollama;
    }

    /** A model that can be fetched, by the name with its tag. */
    public ScriptedOllama has(String model, long bytes) {
        library.put(model, bytes);
        return this;
    }

    /** The name of a model that leads to this registry. */
    public String named(String model) {
        return "127.0.0.1:" + server.getAddress().getPort() + "/library/" + model;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Models that are whole. */
    public Set<String> there() {
        return Set.copyOf(there);
    }

    /** Models whose fetching was broken off, in order. */
    public List<String> stopped() {
        return List.copyOf(stopped);
    }

    private void manifest(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/");
        // /v2/library/MODEL/manifests/TAG
        Long bytes = path.length == 6 ? library.get(path[3] + ":" + path[5]) : null;
        if (bytes == null) {
            whole(exchange, 404, Map.of("errors", List.of(Map.of("code", "MANIFEST_UNKNOWN"))));
            return;
        }
        whole(
                exchange,
                200,
                Map.of(
                        "schemaVersion",
                        2,
                        "config",
                        Map.of("digest", "sha256:c", "size", 400),
                        "layers",
                        List.of(
                                Map.of("digest", "sha256:w", "size", bytes - 1_000),
                                Map.of("digest", "sha256:t", "size", 600))));
    }

    private void pull(HttpExchange exchange) throws IOException {
        Map<?, ?> body =
                WireJson.read(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8), Map.class);
        String asked = String.valueOf(body.get("model"));
        String name = asked.indexOf(':', asked.lastIndexOf('/') + 1) < 0 ? asked + ":latest" : asked;
        String model = name.substring(name.lastIndexOf('/') + 1);
        Long bytes = library.get(model);
        exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
        exchange.sendResponseHeaders(200, 0);
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            line(out, Map.of("status", "pulling manifest"));
            if (bytes == null) {
                line(out, Map.of("error", "pull model manifest: file does not exist"));
                return;
            }
            long layer = bytes - 1_000;
            for (int i = partly.getOrDefault(model, 0); i <= STEPS; i++) {
                line(
                        out,
                        Map.of(
                                "status",
                                "pulling w",
                                "digest",
                                "sha256:w",
                                "total",
                                layer,
                                "completed",
                                layer * i / STEPS));
                partly.put(model, i);
                if (closing.await(step.toNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
            line(out, Map.of("status", "verifying sha256 digest"));
            line(out, Map.of("status", "writing manifest"));
            there.add(name);
            line(out, Map.of("status", "success"));
        } catch (IOException e) {
            // Who asked has gone away.
            stopped.add(model);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void line(OutputStream out, Map<String, Object> data) throws IOException {
        out.write((WireJson.write(data) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void whole(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        byte[] bytes = WireJson.write(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
