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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A model server on loopback whose answers are written down beforehand: text, JSON and calls of tools, or a failure. It
 * speaks OpenAI's chat completions, whole and streamed. Which script a conversation follows is decided by a word in it, the
 * turn by the answers that it holds already: so a conversation that was interrupted goes on where it was. It remembers
 * every request.
 */
public final class ScriptedModel implements AutoCloseable {

    /** The name of its only model. */
    public static final String MODEL = "m";

    /** One answer. */
    public sealed interface Say {

        /** Words; JSON is words too. */
        record Text(String text) implements Say {}

        /** Calls of tools, all in one answer. */
        record Calls(List<Call> calls) implements Say {
            public Calls {
                calls = List.copyOf(calls);
            }
        }

        /** Says nothing for a while, then this. */
        record Slow(Duration silence, Say then) implements Say {}

        /** 429, come back after so many seconds. */
        record TooMany(int seconds) implements Say {}

        /** The first words of a stream, then the connection is gone. */
        record Cut(String text) implements Say {}

        /** A stream with a piece that is no JSON. */
        record Malformed() implements Say {}

        /** The greatest length was reached in the middle. */
        record TooLong(String text) implements Say {}
    }

    /** A call of a tool. */
    public record Call(String tool, Map<String, Object> arguments) {}

    /** Words as an answer. */
    public static Say text(String text) {
        return new Say.Text(text);
    }

    /** One call as an answer; names and values in turn. */
    public static Say call(String tool, Object... arguments) {
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            named.put(String.valueOf(arguments[i]), arguments[i + 1]);
        }
        return new Say.Calls(List.of(new Call(tool, named)));
    }

    /** What is answered. */
    public interface Script {
        /**
         * The answer to a request.
         *
         * @param times how often this turn of this conversation was asked for before
         */
        Say answer(Request request, int times);

        /** One answer for each turn; the last for all that follow. */
        static Script of(Say... turns) {
            List<Say> all = List.of(turns);
            return (request, _) -> all.get(Math.min(request.turn(), all.size() - 1));
        }
    }

    /**
     * A request as it came.
     *
     * @param word the word of the script that it follows; empty for none
     * @param turn how many answers the conversation holds
     */
    public record Request(String word, int turn, List<Map<String, Object>> messages, Map<String, Object> body) {
        public Request {
            messages = List.copyOf(messages);
        }

        /** What the last message says. */
        public String last() {
            return String.valueOf(messages.getLast().get("content"));
        }

        /** Names of the tools that are offered. */
        public List<String> tools() {
            return maps(body.get("tools")).stream()
                    .map(tool -> tool.get("function") instanceof Map<?, ?> function
                            ? String.valueOf(function.get("name"))
                            : "")
                    .toList();
        }
    }

    private final HttpServer server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    private ScriptedModel(HttpServer server) {
        this.server = server;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", this::chat);
        server.createContext(
                "/v1/models",
                exchange -> whole(exchange, 200, Map.of("object", "list", "data", List.of(Map.of("id", MODEL)))));
    }

    /** Starts it on a free port of the loopback. */
    public static ScriptedModel start() throws IOException {
        ScriptedModel model =
                new ScriptedModel(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50));
        model.server.start();
        return model;
    }

    /** Conversations whose first two messages hold the word follow the script. */
    public ScriptedModel on(String word, Script script) {
        scripts.put(word, script);
        return this;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** All requests, oldest first. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Requests that followed a script. */
    public List<Request> requests(String word) {
        return requests.stream().filter(request -> request.word().equals(word)).toList();
    }

    // ------------------------------------------------------------------ the wire

    private void chat(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = read(exchange);
            int times = (int) requests.stream()
                    .filter(before -> before.word().equals(request.word()) && before.turn() == request.turn())
                    .count();
            requests.add(request);
            Script script = scripts.get(request.word());
            Say say = script == null ? text("I have no script for this.") : script.answer(request, times);
            say(exchange, request, say);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Request read(HttpExchange exchange) throws IOException {
        Map<String, Object> body = map(
                WireJson.read(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8), Map.class));
        List<Map<String, Object>> messages = maps(body.get("messages"));
        String beginning = messages.stream()
                .limit(2)
                .map(message -> String.valueOf(message.get("content")))
                .reduce("", (one, two) -> one + "\n" + two);
        String word = scripts.keySet().stream()
                .filter(beginning::contains)
                .findFirst()
                .orElse("");
        int turn = (int) messages.stream()
                .filter(message -> "assistant".equals(message.get("role")))
                .count();
        return new Request(word, turn, messages, body);
    }

    private void say(HttpExchange exchange, Request request, Say say) throws IOException, InterruptedException {
        switch (say) {
            case Say.Slow slow -> {
                if (!closing.await(slow.silence().toNanos(), TimeUnit.NANOSECONDS)) {
                    say(exchange, request, slow.then());
                }
            }
            case Say.TooMany many -> {
                exchange.getResponseHeaders().set("Retry-After", String.valueOf(many.seconds()));
                whole(exchange, 429, Map.of("error", Map.of("message", "slow down")));
            }
            case Say.Text text -> answer(exchange, request, text.text(), List.of(), "stop");
            case Say.TooLong text -> answer(exchange, request, text.text(), List.of(), "length");
            case Say.Calls calls -> answer(exchange, request, "", calls.calls(), "tool_calls");
            case Say.Cut cut -> event(begin(exchange), delta(Map.of("content", cut.text()), null));
            case Say.Malformed _ -> {
                try (OutputStream out = begin(exchange)) {
                    out.write("data: {\"choices\":[{\n\n".getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static void answer(HttpExchange exchange, Request request, String text, List<Call> calls, String finish)
            throws IOException {
        Map<String, Object> usage = usage(request, text, calls);
        if (!Boolean.TRUE.equals(request.body().get("stream"))) {
            Map<String, Object> message = new LinkedHashMap<>(Map.of("role", "assistant", "content", text));
            if (!calls.isEmpty()) {
                message.put("tool_calls", toolCalls(request, calls));
            }
            Map<String, Object> choice = Map.of("index", 0, "message", message, "finish_reason", finish);
            whole(exchange, 200, Map.of("object", "chat.completion", "choices", List.of(choice), "usage", usage));
            return;
        }
        try (OutputStream out = begin(exchange)) {
            int half = text.length() / 2;
            for (String piece : List.of(text.substring(0, half), text.substring(half))) {
                if (!piece.isEmpty()) {
                    event(out, delta(Map.of("content", piece), null));
                }
            }
            for (Map<String, Object> call : toolCalls(request, calls)) {
                for (Map<String, Object> piece : pieces(call)) {
                    event(out, delta(Map.of("tool_calls", List.of(piece)), null));
                }
            }
            event(out, delta(Map.of(), finish));
            event(out, Map.of("choices", List.of(), "usage", usage));
            out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<Map<String, Object>> toolCalls(Request request, List<Call> calls) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            all.add(Map.of(
                    "index",
                    i,
                    "id",
                    "call-" + request.turn() + "-" + i,
                    "type",
                    "function",
                    "function",
                    Map.of("name", call.tool(), "arguments", WireJson.write(call.arguments()))));
        }
        return all;
    }

    /** A call as servers stream it: its name, then its arguments in two pieces. */
    private static List<Map<String, Object>> pieces(Map<String, Object> call) {
        Map<String, Object> function = map(call.get("function"));
        String arguments = String.valueOf(function.get("arguments"));
        int half = arguments.length() / 2;
        Map<String, Object> first = new LinkedHashMap<>(call);
        first.put("function", Map.of("name", function.get("name"), "arguments", ""));
        return List.of(
                first,
                Map.of("index", call.get("index"), "function", Map.of("arguments", arguments.substring(0, half))),
                Map.of("index", call.get("index"), "function", Map.of("arguments", arguments.substring(half))));
    }

    /** About four characters to a token, as real ones count. */
    private static Map<String, Object> usage(Request request, String text, List<Call> calls) {
        int prompt = WireJson.write(request.body()).length() / 4;
        int completion = (text.length() + WireJson.write(calls).length()) / 4;
        return Map.of("prompt_tokens", prompt, "completion_tokens", completion, "total_tokens", prompt + completion);
    }

    private static OutputStream begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private static Map<String, Object> delta(Map<String, Object> delta, @Nullable String finish) {
        Map<String, Object> choice = new LinkedHashMap<>(Map.of("index", 0, "delta", delta));
        choice.put("finish_reason", finish == null ? "" : finish);
        return Map.of("object", "chat.completion.chunk", "choices", List.of(choice));
    }

    private static void event(OutputStream out, Map<String, Object> data) throws IOException {
        out.write(("data: " + WireJson.write(data) + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void whole(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        byte[] bytes = WireJson.write(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static List<Map<String, Object>> maps(@Nullable Object value) {
        List<Map<String, Object>> maps = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(one -> maps.add(map(one)));
        }
        return maps;
    }

    private static Map<String, Object> map(@Nullable Object value) {
        Map<String, Object> named = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, inner) -> {
                if (inner != null) {
                    named.put(String.valueOf(name), inner);
                }
            });
        }
        return named;
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
