package dev.agentos.agentd.egress;

import dev.agentos.agentd.ServiceException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The proxy of one agent on its own socket. Who connects there is that agent, and nobody else can. */
final class EgressProxy implements AutoCloseable {

    /** Connections of one agent at a time. */
    private static final int MOST = 256;

    /** New connections that are taken in one second; more wait. */
    private static final int PER_SECOND = 200;

    /** The name of the socket in its folder. */
    static final String SOCKET = "proxy";

    private final EgressConnector connector;
    private final Supplier<Optional<EgressCaller>> caller;
    private final ScheduledExecutorService timer;
    private final ServerSocketChannel server;
    private final Path socket;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private EgressProxy(
            EgressConnector connector,
            Supplier<Optional<EgressCaller>> caller,
            ScheduledExecutorService timer,
            ServerSocketChannel server,
            Path socket) {
        this.connector = connector;
        this.caller = caller;
        this.timer = timer;
        this.server = server;
        this.socket = socket;
    }

    /**
     * Opens the socket and listens. The directory stays when it is there: a sandbox that runs has it pinned.
     *
     * @param caller who the agent is now; empty when it is over
     */
    static EgressProxy open(
            EgressConnector connector,
            Supplier<Optional<EgressCaller>> caller,
            ScheduledExecutorService timer,
            Path directory)
            throws IOException {
        Path socket = directory.resolve(SOCKET);
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket), 128);
            // The sandbox's init may be another user of the host; the directory above keeps everybody else out.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        EgressProxy proxy = new EgressProxy(connector, caller, timer, server, socket);
        Thread.ofVirtual().name("egress-" + directory.getFileName()).start(proxy::accept);
        return proxy;
    }

    private void accept() {
        long second = System.nanoTime();
        int taken = 0;
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                if (System.nanoTime() - second > 1_000_000_000L) {
                    second = System.nanoTime();
                    taken = 0;
                }
                if (++taken > PER_SECOND) {
                    TimeUnit.NANOSECONDS.sleep(Math.max(0, 1_000_000_000L - (System.nanoTime() - second)));
                }
                open.add(channel);
                Thread.ofVirtual().name("egress-exchange").start(() -> serve(channel));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                System.getLogger(EgressProxy.class.getName())
                        .log(System.Logger.Level.WARNING, socket + " takes no connection: " + e.getMessage());
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Out of descriptors, for example: trying at once again would only burn the processor. */
    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel channel) {
        try (ClientChannel client = new ClientChannel(channel, timer)) {
            Optional<EgressCaller> who = caller.get();
            if (who.isEmpty() || open.size() > MOST) {
                ProxyExchange.busy(client);
                return;
            }
            new ProxyExchange(connector, who.get(), client).run();
            client.noLimit();
        } catch (IOException e) {
            System.getLogger(EgressProxy.class.getName()).log(System.Logger.Level.DEBUG, "a connection broke", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ServiceException e) {
            System.getLogger(EgressProxy.class.getName())
                    .log(System.Logger.Level.WARNING, "a connection was dropped: " + e.getMessage());
        } finally {
            open.remove(channel);
        }
    }

    Path socket() {
        return socket;
    }

    @Override
    public void close() {
        EgressConnection.quietly(server);
        open.forEach(EgressConnection::quietly);
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            System.getLogger(EgressProxy.class.getName())
                    .log(System.Logger.Level.DEBUG, socket + " is left behind: " + e.getMessage());
        }
    }
}
