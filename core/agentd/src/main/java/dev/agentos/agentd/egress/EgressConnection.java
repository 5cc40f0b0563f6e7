package dev.agentos.agentd.egress;

import dev.agentos.domain.egress.Destination;
import dev.agentos.domain.egress.EgressDecision.Allowed;
import dev.agentos.domain.egress.IpAddress;
import dev.agentos.domain.event.Event.EgressClosed;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** A connection that was decided and pinned. Its bytes are counted, and its end is a record. */
public final class EgressConnection implements AutoCloseable {

    private final EgressBook book;
    private final EgressCaller caller;
    private final Destination destination;
    private final int port;
    private final IpAddress address;
    private final Allowed decision;
    private final CountedSocket socket;
    private final long began = System.nanoTime();
    private final AtomicReference<String> end = new AtomicReference<>("done");
    private final AtomicReference<Runnable> afterwards = new AtomicReference<>(() -> {});
    private final AtomicBoolean closed = new AtomicBoolean();

    EgressConnection(
            EgressBook book,
            EgressCaller caller,
            Destination destination,
            int port,
            IpAddress address,
            Allowed decision,
            CountedSocket socket) {
        this.book = book;
        this.caller = caller;
        this.destination = destination;
        this.port = port;
        this.address = address;
        this.decision = decision;
        this.socket = socket;
    }

    public Destination destination() {
        return destination;
    }

    public int port() {
        return port;
    }

    /** The address that is connected to. */
    public IpAddress address() {
        return address;
    }

    /** Why it was allowed. */
    public Allowed decision() {
        return decision;
    }

    /** The socket, for TLS and time-outs; it counts its bytes. */
    public Socket socket() {
        return socket;
    }

    InputStream input() throws IOException {
        return socket.getInputStream();
    }

    OutputStream output() throws IOException {
        return socket.getOutputStream();
    }

    /** What is to be done once when it ends. */
    void onClose(Runnable work) {
        afterwards.set(work);
        if (closed.get()) {
            afterwards.getAndSet(() -> {}).run();
        }
    }

    /** Notes why it ends, if not by itself. The first reason stays. */
    void endsBy(String code) {
        end.compareAndSet("done", code);
    }

    @Override
    public void close() {
        quietly(socket);
        afterwards.getAndSet(() -> {}).run();
        if (closed.compareAndSet(false, true)) {
            book.closed(
                    caller.trace(),
                    new EgressClosed(
                            caller.agent(),
                            caller.run(),
                            destination.host(),
                            port,
                            address.toString(),
                            socket.bytesOut(),
                            socket.bytesIn(),
                            (System.nanoTime() - began) / 1_000_000,
                            end.get()));
        }
    }

    static void quietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            System.getLogger(EgressConnection.class.getName()).log(System.Logger.Level.TRACE, "close", e);
        }
    }
}
