package dev.agentos.kernel;

import dev.agentos.domain.port.PeerOrigin;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The process at the other end of a Unix socket, as the kernel names it (SO_PEERCRED), and whether it lives in a process
 * tree of its own below ours, as everything inside a sandbox does. The JDK tells the peer's user and not its process.
 */
public final class PeerProcess {

    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int UCRED_BYTES = 12;
    private static final Pattern SPACE = Pattern.compile("\\s+");

    @SuppressWarnings("restricted") // Native access is granted to this program on its command line.
    private static final MethodHandle GETSOCKOPT = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("getsockopt"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS));

    private PeerProcess() {}

    /** The origin of a connected channel's peer. */
    public static PeerOrigin of(SocketChannel channel) {
        try {
            int pid = pid(descriptor(channel));
            if (pid <= 0) {
                return new PeerOrigin.Unknown("the kernel names no process that is visible from here");
            }
            return depth(Path.of("/proc/" + pid + "/status")) > depth(Path.of("/proc/self/status"))
                    ? new PeerOrigin.Nested(pid)
                    : new PeerOrigin.Beside(pid);
        } catch (NoSuchFileException e) {
            return new PeerOrigin.Unknown("the process is gone");
        } catch (IOException e) {
            return new PeerOrigin.Unknown(String.valueOf(e.getMessage()));
        }
    }

    /** The channel's file descriptor. Needs {@code --add-exports java.base/sun.nio.ch=ALL-UNNAMED}. */
    private static int descriptor(SocketChannel channel) throws IOException {
        try {
            return (int)
                    Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal").invoke(channel);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw new IOException("this Java was started without --add-exports java.base/sun.nio.ch=ALL-UNNAMED", e);
        }
    }

    private static int pid(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(UCRED_BYTES, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, UCRED_BYTES);
            int result = (int) GETSOCKOPT.invokeExact(descriptor, SOL_SOCKET, SO_PEERCRED, credentials, length);
            if (result != 0) {
                throw new IOException("SO_PEERCRED is not to be had");
            }
            return credentials.get(ValueLayout.JAVA_INT, 0);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("SO_PEERCRED is not to be had", e);
        }
    }

    /** How many process namespaces deep a process lives below the one of this /proc. */
    private static int depth(Path status) throws IOException {
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("NSpid:")) {
                return SPACE.split(line.substring("NSpid:".length()).strip(), 0).length;
            }
        }
        throw new IOException(status + " says nothing of process namespaces");
    }
}
