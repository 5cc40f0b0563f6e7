package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The writing ends of agents' standard input. Each is opened after the broker has opened the reading end and before the
 * agent starts, so that the agent never sees an early end of file. A restart of agentd ends the input.
 */
public final class StdinPipes {

    private final Map<String, FileChannel> pipes = new ConcurrentHashMap<>();

    void open(String run, Path pipe) {
        try {
            pipes.put(run, FileChannel.open(pipe, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "stdin.pipe",
                    pipe + ": " + e.getMessage(),
                    run,
                    "run it without standard input");
        }
    }

    /** Writes all of the data; the last piece closes the input. */
    void write(String run, byte[] data, boolean end) {
        FileChannel pipe = pipes.get(run);
        if (pipe == null) {
            throw closed(run, "it is closed");
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(data);
            while (buffer.hasRemaining()) {
                pipe.write(buffer);
            }
            if (end) {
                close(run);
            }
        } catch (IOException e) {
            close(run);
            throw closed(run, String.valueOf(e.getMessage()));
        }
    }

    void close(String run) {
        FileChannel pipe = pipes.remove(run);
        if (pipe != null) {
            try {
                pipe.close();
            } catch (IOException e) {
                System.getLogger(StdinPipes.class.getName()).log(System.Logger.Level.DEBUG, "closing a pipe", e);
            }
        }
    }

    private static ServiceException closed(String run, String why) {
        return new ServiceException(
                ServiceException.Kind.CONFLICT,
                "stdin.closed",
                "the agent reads no more input: " + why,
                run,
                "it may have ended; see agentctl show");
    }
}
