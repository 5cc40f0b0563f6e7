package dev.agentos.bridge.client;

import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.WireJson;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Events in order, none twice and none left out, across lost connections: after a loss it connects again with a
 * growing pause and goes on after the last event it gave. For one thread.
 */
public final class EventStream implements AutoCloseable {

    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 2_000;

    /** agentd says something at least every 10 seconds; silence for longer than this is a lost connection. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(30).toNanos();

    /** What the stream says. */
    public sealed interface Signal {
        /** Something happened. */
        record Happened(EventView event) implements Signal {}

        /** The connection is lost; connecting again begins. */
        record Lost(String why) implements Signal {}

        /** The connection is back; {@code missed} events happened meanwhile and come next. */
        record Back(long missed) implements Signal {}
    }

    private final AgentdClient client;
    private final Transport transport;
    private Transport.@Nullable Lines lines;
    private long last;
    private long pauseMillis = FIRST_PAUSE_MS;
    private long retryAt;
    private long heardAt;
    private boolean everConnected;
    private final StringBuilder data = new StringBuilder();

    EventStream(AgentdClient client, Transport transport, long since) {
        this.client = client;
        this.transport = transport;
        this.last = since;
    }

    /** The sequence number of the last event that was given. */
    public long last() {
        return last;
    }

    /**
     * The next signal; empty when none came in time.
     *
     * @throws UnreachableException when the first connection fails
     */
    public Optional<Signal> next(Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Transport.Lines open = lines;
            Optional<Signal> signal = open == null ? connect(deadline) : read(open, deadline);
            if (signal.isPresent() || System.nanoTime() >= deadline) {
                return signal;
            }
        }
    }

    private Optional<Signal> connect(long deadline) throws InterruptedException {
        long now = System.nanoTime();
        if (everConnected && now < retryAt) {
            Thread.sleep(Math.max(1, Math.min(retryAt, deadline) - now) / 1_000_000 + 1);
            return Optional.empty();
        }
        try {
            long missed = everConnected ? Math.max(0, client.events(last, 1).head() - last) : 0;
            lines = transport.stream("/v1/events/stream?since=" + last, String.valueOf(last));
            heardAt = System.nanoTime();
            pauseMillis = FIRST_PAUSE_MS;
            data.setLength(0);
            boolean again = everConnected;
            everConnected = true;
            return again ? Optional.of(new Signal.Back(missed)) : Optional.empty();
        } catch (UnreachableException | AgentdException e) {
            if (!everConnected) {
                throw e;
            }
            retryAt = System.nanoTime() + pauseMillis * 1_000_000;
            pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE_MS);
            return Optional.empty();
        }
    }

    private Optional<Signal> read(Transport.Lines open, long deadline) {
        try {
            Optional<String> line = open.next(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            if (line.isEmpty()) {
                return System.nanoTime() - heardAt > SILENCE_NANOS ? lost("agentd fell silent") : Optional.empty();
            }
            heardAt = System.nanoTime();
            return accept(line.get());
        } catch (UnreachableException e) {
            return lost(String.valueOf(e.getMessage()));
        }
    }

    private Optional<Signal> lost(String why) {
        Transport.Lines open = lines;
        if (open != null) {
            open.close();
        }
        lines = null;
        retryAt = System.nanoTime() + pauseMillis * 1_000_000;
        return Optional.of(new Signal.Lost(why));
    }

    private Optional<Signal> accept(String line) {
        if (line.startsWith("data:")) {
            data.append(data.isEmpty() ? "" : "\n").append(line.substring(5).strip());
            return Optional.empty();
        }
        if (!line.isEmpty() || data.isEmpty()) {
            return Optional.empty();
        }
        String json = data.toString();
        data.setLength(0);
        try {
            EventView event = WireJson.read(json, EventView.class);
            if (event.seq() <= last) {
                return Optional.empty();
            }
            last = event.seq();
            return Optional.of(new Signal.Happened(event));
        } catch (JacksonException e) {
            // An event that cannot be read is asked for again over a new connection.
            return lost("an event could not be read: " + e.getOriginalMessage());
        }
    }

    @Override
    public void close() {
        Transport.Lines open = lines;
        if (open != null) {
            open.close();
        }
        lines = null;
    }
}
