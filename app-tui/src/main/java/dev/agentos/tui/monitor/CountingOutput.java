package dev.agentos.tui.monitor;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what goes to the terminal, in bytes. */
final class CountingOutput extends FilterOutputStream {

    private final AtomicLong count = new AtomicLong();

    CountingOutput(OutputStream out) {
        super(out);
    }

    long count() {
        return count.get();
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        count.incrementAndGet();
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
        count.addAndGet(length);
    }
}
