package dev.agentos.bridge.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds agentd's socket: the one that was named, then this user's own, then the system's. Root talks to the system's
 * and never has one of its own.
 */
public final class SocketLocator {

    private static final Path SYSTEM_RUN = Path.of("/run/agentos");
    private static final Path SYSTEM_STATE = Path.of("/var/lib/agentos");
    private static final String SOCKET = "agentd.sock";

    /**
     * Where agentd is or would be.
     *
     * @param mayStart whether a client may start one there for this user
     */
    public record Place(Path socket, Path state, boolean mayStart) {
        /** The directory of the sockets. */
        public Path run() {
            return Optional.ofNullable(socket.getParent()).orElse(Path.of("."));
        }
    }

    private SocketLocator() {}

    /** The numeric user of this process. */
    public static int uid() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid ? uid : -1;
        } catch (IOException | UnsupportedOperationException e) {
            // Without /proc the user is unknown: treated as an ordinary one, whose directories are checked below.
            return -1;
        }
    }

    /**
     * Finds the place.
     *
     * @param given from {@code --socket}
     * @throws UnreachableException when this user's own directory belongs to somebody else
     */
    public static Place locate(Optional<Path> given, Map<String, String> environment, int uid) {
        Path state = state(environment, uid);
        Optional<Path> named =
                given.or(() -> value(environment, "AGENTOS_SOCKET").map(Path::of));
        if (named.isPresent()) {
            return new Place(named.get().toAbsolutePath(), state, false);
        }
        Path system = SYSTEM_RUN.resolve(SOCKET);
        if (uid == 0) {
            return new Place(system, state, false);
        }
        Optional<Path> runtime =
                value(environment, "XDG_RUNTIME_DIR").map(Path::of).filter(Files::isDirectory);
        Path own = runtime.map(directory -> directory.resolve("agentos"))
                .orElse(Path.of("/tmp/agentos-" + (uid < 0 ? System.getProperty("user.name") : uid)));
        requirePrivate(own, uid);
        Path socket = own.resolve(SOCKET);
        if (!Files.exists(socket) && Files.isWritable(system)) {
            return new Place(system, SYSTEM_STATE, false);
        }
        return new Place(socket, state, true);
    }

    /** The state directory: {@code $AGENTOS_STATE}, or root's, or this user's. */
    public static Path state(Map<String, String> environment, int uid) {
        Optional<Path> named = value(environment, "AGENTOS_STATE").map(Path::of);
        if (named.isPresent()) {
            return named.get().toAbsolutePath();
        }
        if (uid == 0) {
            return SYSTEM_STATE;
        }
        return value(environment, "XDG_STATE_HOME")
                .map(Path::of)
                .orElse(Path.of(value(environment, "HOME").orElse(System.getProperty("user.home")), ".local", "state"))
                .resolve("agentos");
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isEmpty());
    }

    /** A directory that another user could have made must not lead a client to that user's socket. */
    private static void requirePrivate(Path directory, int uid) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            boolean real = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
            boolean own = uid < 0
                    || Integer.valueOf(uid)
                            .equals(Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS));
            Set<PosixFilePermission> open =
                    real ? Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS) : Set.of();
            boolean closed =
                    open.stream().allMatch(permission -> permission.name().startsWith("OWNER_"));
            if (real && own && closed) {
                return;
            }
            throw new UnreachableException(
                    directory + " is not a private directory of this user"
                            + (real && own ? ": it is open to others" : ""),
                    directory.toString(),
                    real && own ? "chmod 700 " + directory : "move it away, or name the socket with --socket");
        } catch (IOException e) {
            throw new UnreachableException(
                    directory + " cannot be looked at: " + e.getMessage(),
                    directory.toString(),
                    "name the socket with --socket",
                    e);
        }
    }
}
