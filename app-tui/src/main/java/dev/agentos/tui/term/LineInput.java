package dev.agentos.tui.term;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Typed lines, read without reading ahead, so that what comes later is there for whoever asks next. */
public final class LineInput {

    private static final long POLL_MS = 50;

    private final InputStream in;

    public LineInput(InputStream in) {
        this.in = in;
    }

    /** A line, and whether more was there at once, which no hand types. */
    public record Line(String text, boolean pasted) {}

    /** The next line; empty at the end of the input. */
    public Optional<Line> next() throws IOException {
        return read();
    }

    /** The next line; empty at the end of the input or once {@code stop} says so. */
    public Optional<Line> next(BooleanSupplier stop) throws IOException, InterruptedException {
        while (in.available() == 0) {
            Thread.sleep(POLL_MS);
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
        }
        return read();
    }

    private Optional<Line> read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int c = in.read();
            if (c < 0 && line.size() == 0) {
                return Optional.empty();
            }
            if (c < 0 || c == '\n') {
                return Optional.of(new Line(line.toString(StandardCharsets.UTF_8), in.available() > 0));
            }
            line.write(c);
        }
    }

    /** Whether more was typed already. */
    public boolean isWaiting() throws IOException {
        return in.available() > 0;
    }

    /** Forgets what was typed so far. */
    public void drain() throws IOException {
        in.skipNBytes(in.available());
    }
}
