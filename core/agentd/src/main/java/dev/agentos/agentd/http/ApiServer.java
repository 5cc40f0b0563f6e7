package dev.agentos.agentd.http;

import dev.agentos.agentd.telemetry.Metrics;
import dev.agentos.domain.port.PeerOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty with the service's doors: a Unix socket always, TCP on loopback only when asked for. */
public final class ApiServer implements AutoCloseable {

    /** Streams live long; a connection that says nothing for longer than this is closed. */
    private static final long IDLE_MS = 120_000;

    private final Server unix;
    private final Optional<Server> tcp;
    private final int tcpPort;

    private ApiServer(Server unix, Optional<Server> tcp, int tcpPort) {
        this.unix = unix;
        this.tcp = tcp;
        this.tcpPort = tcpPort;
    }

    /** A TCP door: port 0 takes a free one; the token is written to {@code tokenFile}, mode 0600. */
    public record TcpDoor(int port, Path tokenFile) {}

    /**
     * Opens the doors.
     *
     * @param owner the user who may use the Unix socket, beside root
     * @param origins tells where the process at the other end of a Unix socket lives
     */
    public static ApiServer start(
            Api.Routes allRoutes,
            Metrics metrics,
            Path socket,
            String owner,
            Function<SocketChannel, PeerOrigin> origins,
            Optional<TcpDoor> door)
            throws Exception {
        List<Route> routes = allRoutes.list();
        Server unix = new Server(threads("door"));
        UnixDomainServerConnector connector = new UnixDomainServerConnector(unix, 1, 1, http());
        connector.setUnixDomainPath(socket);
        connector.setIdleTimeout(IDLE_MS);
        unix.addConnector(connector);
        unix.setHandler(new Door(routes, metrics, new Guard.Socket(owner), origins));
        Files.deleteIfExists(socket);
        unix.start();
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        if (door.isEmpty()) {
            return new ApiServer(unix, Optional.empty(), 0);
        }
        Server tcp = new Server(threads("tcp-door"));
        ServerConnector loopback = new ServerConnector(tcp, 1, 1, http());
        loopback.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        loopback.setPort(door.get().port());
        loopback.setIdleTimeout(IDLE_MS);
        tcp.addConnector(loopback);
        loopback.open();
        int port = loopback.getLocalPort();
        byte[] token = writeToken(door.get().tokenFile());
        tcp.setHandler(new Door(
                routes,
                metrics,
                new Guard.Tcp(token, Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port)),
                origins));
        tcp.start();
        return new ApiServer(unix, Optional.of(tcp), port);
    }

    private static QueuedThreadPool threads(String name) {
        QueuedThreadPool threads = new QueuedThreadPool(16, 4);
        threads.setName(name);
        threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        return threads;
    }

    private static HttpConnectionFactory http() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(false);
        return new HttpConnectionFactory(configuration);
    }

    private static byte[] writeToken(Path file) throws IOException {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        byte[] token = HexFormat.of().formatHex(random).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Files.deleteIfExists(file);
        try (var channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(token));
        }
        return token;
    }

    /** The TCP port; 0 when that door is closed. */
    public int tcpPort() {
        return tcpPort;
    }

    @Override
    public void close() {
        tcp.ifPresent(ApiServer::stop);
        stop(unix);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            System.getLogger(ApiServer.class.getName())
                    .log(System.Logger.Level.WARNING, "a door did not close well: " + e.getMessage());
        }
    }
}
