package dev.agentos.tui.term;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Single keys with the time at which each arrived. While it is open the terminal neither echoes nor waits for Enter, and
 * marks pastes; its former state comes back at close, and also when the program is interrupted.
 */
public final class Keyboard implements AutoCloseable {

    /** A key and its arrival on the monotonic clock. {@code end} when the input is over. */
    public record Key(char character, long nanos, boolean end) {}

    private static final String PASTE_MARKS_ON = "\u001b[?2004h";
    private static final String PASTE_MARKS_OFF = "\u001b[?2004l";

    private final LinkedBlockingQueue<Key> keys = new LinkedBlockingQueue<>();
    private final String saved;
    private final PrintStream out;
    private final Thread restoreAtExit;

    private Keyboard(String saved, PrintStream out) {
        this.saved = saved;
        this.out = out;
        this.restoreAtExit = new Thread(this::restore);
    }

    /** Opens the keyboard; empty where the terminal cannot be set so, and lines must do. */
    public static Optional<Keyboard> open(InputStream in, PrintStream out) {
        Optional<String> saved = Tty.stty("-g");
        if (saved.isEmpty()
                || Tty.stty("-icanon", "-echo", "min", "1", "time", "0").isEmpty()) {
            return Optional.empty();
        }
        Keyboard keyboard = new Keyboard(saved.get().strip(), out);
        Runtime.getRuntime().addShutdownHook(keyboard.restoreAtExit);
        out.print(PASTE_MARKS_ON);
        out.flush();
        Thread.ofPlatform().daemon().name("keys").start(() -> keyboard.pump(in));
        return Optional.of(keyboard);
    }

    private void pump(InputStream in) {
        byte[] bytes = new byte[256];
        try {
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                long now = System.nanoTime();
                String text = new String(bytes, 0, count, StandardCharsets.UTF_8);
                for (int i = 0; i < text.length(); i++) {
                    keys.add(new Key(text.charAt(i), now, false));
                }
            }
        } catch (IOException e) {
            System.getLogger(Keyboard.class.getName()).log(System.Logger.Level.DEBUG, "keys ended", e);
        }
        keys.add(new Key('\0', System.nanoTime(), true));
    }

    /** The next key; empty when none came in time. */
    public Optional<Key> next(Duration wait) throws InterruptedException {
        return Optional.ofNullable(keys.poll(wait.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Forgets what was typed so far. */
    public void drain() {
        keys.clear();
    }

    private void restore() {
        out.print(PASTE_MARKS_OFF);
        out.flush();
        Tty.restore(saved);
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(restoreAtExit);
        } catch (IllegalStateException e) {
            // The program is on its way out, and the hook does the same once more.
            System.getLogger(Keyboard.class.getName()).log(System.Logger.Level.DEBUG, "closed at exit");
        }
    }
}
