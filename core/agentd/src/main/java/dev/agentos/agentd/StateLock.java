package dev.agentos.agentd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One service a state directory: a lock that the kernel drops when the process ends, however it ends. */
final class StateLock implements AutoCloseable {

    private final FileChannel channel;
    private final FileLock lock;

    private StateLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws StateInUseException when another agentd has it */
    static StateLock take(Path state) throws IOException {
        Path file = state.resolve("agentd.lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new StateInUseException(state, "this process", e);
        }
        if (lock == null) {
            channel.close();
            throw new StateInUseException(
                    state, "process " + Files.readString(file).strip(), null);
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return new StateLock(channel, lock);
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }

    /** Another agentd uses the state directory. */
    static final class StateInUseException extends IOException {
        StateInUseException(Path state, String holder, @org.jspecify.annotations.Nullable Throwable cause) {
            super(
                    "another agentd (" + holder + ") uses " + state
                            + "; use it with agentctl, stop it with agentctl shutdown, or give another --state",
                    cause);
        }
    }
}
