package dev.agentos.agentd.egress;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A socket that counts what passes it, so that no user of a connection can forget to. Where TLS is laid over it, these are
 * the bytes on the wire.
 */
final class CountedSocket extends Socket {

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();

    long bytesOut() {
        return sent.get();
    }

    long bytesIn() {
        return received.get();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                int one = in.read();
                counted(one < 0 ? -1 : 1);
                return one;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return counted(in.read(bytes, offset, length));
            }

            private int counted(int bytes) {
                received.addAndGet(Math.max(bytes, 0));
                return bytes;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(int one) throws IOException {
                out.write(one);
                sent.addAndGet(1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                sent.addAndGet(length);
            }
        };
    }
}
