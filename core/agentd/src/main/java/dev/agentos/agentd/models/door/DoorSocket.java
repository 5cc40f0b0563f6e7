package dev.agentos.agentd.models.door;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A listening socket and its connections. A socket that waits for its first connection costs one virtual thread. */
final class DoorSocket implements AutoCloseable {

    /** Connections at a time; more wait. */
    private static final int MOST = 256;

    private final ServerSocketChannel server;
    private final Path socket;
    private final Predicate<SocketChannel> admits;
    private final DoorConnection.Handler handler;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private DoorSocket(
            ServerSocketChannel server, Path socket, Predicate<SocketChannel> admits, DoorConnection.Handler handler) {
        this.server = server;
        this.socket = socket;
        this.admits = admits;
        this.handler = handler;
    }

    /**
     * Listens. The folder stays when it is there: a sandbox that runs has it pinned.
     *
     * @param permissions of the socket itself, for example {@code rw-rw-rw-} in a folder that keeps others out
     * @param admits whether the process at the other end may speak here
     */
    static DoorSocket open(
            Path socket, String permissions, Predicate<SocketChannel> admits, DoorConnection.Handler handler)
            throws IOException {
        Path folder = socket.getParent();
        if (folder != null) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket), 128);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        DoorSocket door = new DoorSocket(server, socket, admits, handler);
        Thread.ofVirtual().name("model-door").start(door::accept);
        return door;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                if (open.size() >= MOST || !admits.test(channel)) {
                    channel.close();
                    continue;
                }
                open.add(channel);
                new DoorConnection(channel, handler, () -> open.remove(channel)).serve();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                System.getLogger(DoorSocket.class.getName())
                        .log(System.Logger.Level.WARNING, socket + " takes no connection: " + e.getMessage());
                pause();
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

    Path path() {
        return socket;
    }

    @Override
    public void close() {
        quietly(server);
        open.forEach(DoorSocket::quietly);
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            System.getLogger(DoorSocket.class.getName())
                    .log(System.Logger.Level.DEBUG, socket + " is left behind: " + e.getMessage());
        }
    }

    private static void quietly(AutoCloseable open) {
        try {
            open.close();
        } catch (Exception e) {
            System.getLogger(DoorSocket.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
        }
    }
}
