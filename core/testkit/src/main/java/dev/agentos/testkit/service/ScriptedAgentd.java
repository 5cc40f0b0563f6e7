package dev.agentos.testkit.service;

import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.WireJson;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A socket that answers as agentd does, with as many agents and events as a script wants: what a face does under load is
 * measured with it, and not what the service does. It knows the list, the status and the stream, and nothing else.
 */
public final class ScriptedAgentd implements AutoCloseable {

    private static final int LINE_LIMIT = 8192;
    private static final String NOT_HERE =
            WireJson.write(new ServiceWire.ErrorBody("not-found", "not part of the script", "", "", List.of()));

    private final ServerSocketChannel server;
    private final Path socket;
    private final List<AgentView> agents;
    private final List<SocketChannel> streams = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();
    private final AtomicLong seq = new AtomicLong(1);
    private volatile boolean closed;

    private ScriptedAgentd(ServerSocketChannel server, Path socket, List<AgentView> agents) {
        this.server = server;
        this.socket = socket;
        this.agents = List.copyOf(agents);
    }

    /** Opens the socket in a folder. */
    public static ScriptedAgentd open(Path folder, int agents) throws IOException {
        Path socket = folder.resolve("scripted.sock");
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        List<AgentView> views = new ArrayList<>();
        for (int i = 1; i <= agents; i++) {
            views.add(agent(id(i), "running"));
        }
        ScriptedAgentd scripted = new ScriptedAgentd(server, socket, views);
        Thread.ofVirtual().start(scripted::accept);
        return scripted;
    }

    public Path socket() {
        return socket;
    }

    /** The id of the n-th agent, counted from 1. */
    public static String id(int number) {
        return "agent-worker-%04d".formatted(number);
    }

    /** An agent as the list shows it. */
    public static AgentView agent(String id, String state) {
        return new AgentView(
                id,
                "worker",
                "SRT",
                "flexible",
                "process",
                state,
                state,
                state.equals("paused") ? "⏸" : "●",
                "",
                "sha256:0",
                "admitted",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                id + ".1",
                id + ".1",
                "/w",
                0,
                "2026-11-23T14:00:00Z",
                "",
                Optional.empty(),
                new AgentWire.Usage(0, 5L << 20, 3),
                List.of(),
                0);
    }

    /** Events at this rate, for this long: each pauses or resumes one agent after the other. */
    public void happen(int perSecond, long seconds) throws InterruptedException {
        long from = System.nanoTime();
        long count = perSecond * seconds;
        for (long i = 0; i < count && !closed; i++) {
            AgentView agent = agents.get((int) (i % agents.size()));
            String to = (i / agents.size()) % 2 == 0 ? "paused" : "running";
            send(new EventView(
                    seq.incrementAndGet(),
                    Instant.now().toString(),
                    "agent.moved",
                    agent.id(),
                    agent.run(),
                    "c",
                    Map.of("from", to.equals("paused") ? "running" : "paused", "to", to)));
            long due = from + (i + 1) * 1_000_000_000L / perSecond - System.nanoTime();
            if (due > 0) {
                TimeUnit.NANOSECONDS.sleep(due);
            }
        }
    }

    private void send(EventView event) {
        String text = "id: " + event.seq() + "\ndata: " + WireJson.write(event) + "\n\n";
        streams.removeIf(stream -> {
            try {
                write(stream, text);
                return false;
            } catch (IOException e) {
                // That face has left.
                return true;
            }
        });
    }

    // ------------------------------------------------------------------ the door

    private void accept() {
        while (!closed) {
            try {
                SocketChannel channel = server.accept();
                connections.add(channel);
                Thread.ofVirtual().start(() -> serve(channel));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (var in = Channels.newInputStream(channel)) {
            while (true) {
                String request = line(in);
                if (request.isEmpty()) {
                    return;
                }
                int length = 0;
                for (String header = line(in); !header.isEmpty(); header = line(in)) {
                    if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                        length = Integer.parseInt(header.substring(15).strip());
                    }
                }
                in.skipNBytes(length);
                String path = request.split(" ")[1];
                if (path.startsWith("/v1/events/stream")) {
                    write(channel, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
                    streams.add(channel);
                } else {
                    answer(channel, path);
                }
            }
        } catch (IOException e) {
            // The face has left.
            streams.remove(channel);
        }
    }

    private static String line(java.io.InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n' && line.length() < LINE_LIMIT; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private void answer(SocketChannel channel, String path) throws IOException {
        Optional<String> body = switch (path.replaceFirst("\\?.*", "")) {
            case "/v1/agents" -> Optional.of(WireJson.write(new AgentWire.Agents(agents)));
            case "/v1/status" -> Optional.of(WireJson.write(status()));
            case "/v1/consents" -> Optional.of(WireJson.write(new ConsentWire.Asks(List.of())));
            case "/v1/events", "/v1/events/search" ->
                Optional.of(WireJson.write(new EventWire.Events(List.of(), seq.get())));
            case "/v1/models/latency" -> Optional.of(WireJson.write(new ModelWire.Latencies(List.of(), 0, "0")));
            case "/v1/history" -> Optional.of(WireJson.write(new EventWire.History("minute", List.of())));
            default -> Optional.empty();
        };
        byte[] bytes = body.orElse(NOT_HERE).getBytes(StandardCharsets.UTF_8);
        write(
                channel,
                "HTTP/1.1 " + (body.isPresent() ? "200 OK" : "404 Not Found")
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n");
        writeAll(channel, bytes);
    }

    private ServiceWire.Status status() {
        return new ServiceWire.Status(
                "scripted",
                "ready",
                "",
                ProcessHandle.current().pid(),
                0,
                socket.toString(),
                "",
                new ServiceWire.Enforcement("privileged", 1, 1, List.of()),
                Map.of("running", (long) agents.size()),
                0,
                new ServiceWire.Audit(seq.get(), "", 0, ""),
                new ServiceWire.MachineView("scripted", 2, 0, 0, 0, 0, List.of(), List.of()),
                new ServiceWire.Worker("ready", ""));
    }

    private static void write(SocketChannel channel, String text) throws IOException {
        writeAll(channel, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void writeAll(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        for (SocketChannel channel : connections) {
            channel.close();
        }
        Files.deleteIfExists(socket);
    }
}
