package dev.agentos.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connected AF_UNIX socket of type SOCK_SEQPACKET, which keeps message boundaries; the JDK has no such socket. One
 * thread may receive while others send.
 */
final class SeqPacketSocket implements AutoCloseable {

    /** The largest packet of the broker's protocol. */
    static final int MAX_PACKET = 131_072;

    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_TRUNC = 0x20;
    private static final int SHUT_RDWR = 2;
    private static final int EINTR = 4;
    private static final int SUN_PATH = 108;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = handle(
            "socket",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CONNECT = handle(
            "connect",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle SEND = handle(
            "send",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle RECV = handle(
            "recv",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle SHUTDOWN =
            handle("shutdown", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment receiveBuffer = arena.allocate(MAX_PACKET);
    private final MemorySegment sendBuffer = arena.allocate(MAX_PACKET);
    private final MemorySegment receiveErrno = arena.allocate(CAPTURE);
    private final MemorySegment sendErrno = arena.allocate(CAPTURE);
    private final ReentrantLock sendLock = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();

    private SeqPacketSocket(int descriptor) {
        this.descriptor = descriptor;
    }

    @SuppressWarnings("restricted") // These six calls of libc are what this class is for.
    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState("errno"));
    }

    /**
     * Connects.
     *
     * @throws IOException when nobody listens there, with the kernel's reason
     */
    static SeqPacketSocket connect(Path path) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length >= SUN_PATH) {
            throw new IOException("the socket path is longer than " + (SUN_PATH - 1) + " bytes: " + path);
        }
        try (Arena local = Arena.ofConfined()) {
            MemorySegment errno = local.allocate(CAPTURE);
            int fd = (int) SOCKET.invokeExact(errno, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
            if (fd < 0) {
                throw new IOException("socket: errno " + (int) ERRNO.get(errno, 0L));
            }
            MemorySegment address = local.allocate(2 + SUN_PATH);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
            int result = (int) CONNECT.invokeExact(errno, fd, address, 2 + name.length + 1);
            if (result < 0) {
                int code = (int) ERRNO.get(errno, 0L);
                int ignored = (int) CLOSE.invokeExact(errno, fd);
                throw new IOException(
                        "connect " + path + ": " + reason(code) + (ignored < 0 ? " (and close failed)" : ""));
            }
            return new SeqPacketSocket(fd);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("connect " + path, e);
        }
    }

    private static String reason(int errno) {
        return switch (errno) {
            case 2 -> "there is no such socket (ENOENT)";
            case 13 -> "permission denied (EACCES)";
            case 111 -> "nobody listens (ECONNREFUSED)";
            default -> "errno " + errno;
        };
    }

    /** Sends one packet. */
    void send(byte[] packet) throws IOException {
        if (packet.length > MAX_PACKET) {
            throw new IOException("the message is larger than " + MAX_PACKET + " bytes");
        }
        sendLock.lock();
        try {
            if (closed.get()) {
                throw new IOException("the connection is closed");
            }
            MemorySegment.copy(packet, 0, sendBuffer, ValueLayout.JAVA_BYTE, 0, packet.length);
            long sent;
            do {
                sent = (long) SEND.invokeExact(sendErrno, descriptor, sendBuffer, (long) packet.length, MSG_NOSIGNAL);
            } while (sent < 0 && (int) ERRNO.get(sendErrno, 0L) == EINTR);
            if (sent != packet.length) {
                throw new IOException("send: errno " + (int) ERRNO.get(sendErrno, 0L));
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("send", e);
        } finally {
            sendLock.unlock();
        }
    }

    /** Waits for one packet; an empty array when the other side closed. */
    byte[] receive() throws IOException {
        try {
            long received;
            do {
                received =
                        (long) RECV.invokeExact(receiveErrno, descriptor, receiveBuffer, (long) MAX_PACKET, MSG_TRUNC);
            } while (received < 0 && (int) ERRNO.get(receiveErrno, 0L) == EINTR);
            if (received < 0) {
                throw new IOException("receive: errno " + (int) ERRNO.get(receiveErrno, 0L));
            }
            if (received > MAX_PACKET) {
                throw new IOException("the broker sent a packet of " + received + " bytes");
            }
            return receiveBuffer.asSlice(0, received).toArray(ValueLayout.JAVA_BYTE);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("receive", e);
        }
    }

    /** Ends the connection; a waiting receive returns. The descriptor is released by the receiving thread's end. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        sendLock.lock();
        try (Arena local = Arena.ofConfined()) {
            int ignored = (int) SHUTDOWN.invokeExact(local.allocate(CAPTURE), descriptor, SHUT_RDWR);
        } catch (Throwable e) {
            throw new IllegalStateException("shutdown of a socket cannot throw", e);
        } finally {
            sendLock.unlock();
        }
    }

    /** Releases the descriptor and the buffers; only after the last receive. */
    void release() {
        close();
        sendLock.lock();
        try (Arena local = Arena.ofConfined()) {
            int ignored = (int) CLOSE.invokeExact(local.allocate(CAPTURE), descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("close of a socket cannot throw", e);
        } finally {
            sendLock.unlock();
        }
        arena.close();
    }
}
