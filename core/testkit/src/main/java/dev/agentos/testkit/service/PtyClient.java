package dev.agentos.testkit.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real program behind a real pseudo-terminal, with a hand on its keys and an eye on its screen. */
public final class PtyClient implements AutoCloseable {

    private static final int COLUMNS = 100;
    private static final int ROWS = 30;

    private final Process process;
    private final OutputStream keys;
    private final StringBuilder screen = new StringBuilder();
    private long bytes;
    private long firstByteAt;
    private long lastByteAt;

    private PtyClient(Process process) {
        this.process = process;
        this.keys = process.getOutputStream();
        Thread.ofVirtual().start(this::read);
    }

    /** Starts agentctl; {@code terminal} is what TERM says, {@code dumb} for lines instead of keys. */
    public static PtyClient start(Path home, Path socket, String terminal, List<String> arguments) throws IOException {
        String command = home.resolve("bin/agentctl") + " " + String.join(" ", arguments) + " --socket " + socket;
        return open(home, socket, terminal, command);
    }

    /** Starts a program of the installation, for example {@code agentmon}, on a terminal of 100 × 30. */
    public static PtyClient program(Path home, Path socket, String terminal, String name) throws IOException {
        return open(
                home,
                socket,
                terminal,
                "stty rows " + ROWS + " cols " + COLUMNS + "; exec " + home.resolve("bin/" + name));
    }

    private static PtyClient open(Path home, Path socket, String terminal, String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("script", "-qefc", command, "/dev/null").redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "AGENTOS_HOME", home.toString(),
                        "AGENTOS_SOCKET", socket.toString(),
                        "TERM", terminal,
                        "COLUMNS", String.valueOf(COLUMNS),
                        "SHELL", "/bin/sh"));
        builder.environment().remove("ACCESSIBLE");
        return new PtyClient(builder.start());
    }

    private void read() {
        byte[] buffer = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                painted(new String(buffer, 0, count, StandardCharsets.UTF_8), count);
            }
        } catch (IOException e) {
            painted("\n(the terminal is gone)", 0);
        }
    }

    /** Presses keys at once. */
    public void type(String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private void painted(String text, int count) {
        synchronized (screen) {
            lastByteAt = System.nanoTime();
            firstByteAt = firstByteAt == 0 ? lastByteAt : firstByteAt;
            bytes += count;
            screen.append(text);
            screen.notifyAll();
        }
    }

    /** Everything that was ever on the screen. */
    public String screen() {
        synchronized (screen) {
            return screen.toString();
        }
    }

    /** Bytes that were written to the terminal so far. */
    public long bytes() {
        synchronized (screen) {
            return bytes;
        }
    }

    /** Presses keys and waits for the first byte after them; the time between, in milliseconds, empty when none came. */
    public Optional<Double> paintAfter(String text, Duration limit) throws IOException, InterruptedException {
        synchronized (screen) {
            firstByteAt = 0;
        }
        long from = System.nanoTime();
        type(text);
        long deadline = from + limit.toNanos();
        synchronized (screen) {
            while (firstByteAt == 0 && System.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.timedWait(screen, Math.max(1_000_000, deadline - System.nanoTime()));
            }
            return firstByteAt == 0 ? Optional.empty() : Optional.of((firstByteAt - from) / 1e6);
        }
    }

    /** Waits until the text stands on the screen after {@code from}; false when it does not come. */
    public boolean awaits(String text, int from, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (screen) {
            while (screen.indexOf(text, from) < 0 && System.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.timedWait(screen, Math.max(1_000_000, deadline - System.nanoTime()));
            }
            return screen.indexOf(text, from) >= 0;
        }
    }

    /** The Java program behind the terminal; empty when it has ended. */
    public Optional<ProcessHandle> program() {
        return process.descendants()
                .filter(child -> child.info()
                        .command()
                        .map(path -> path.endsWith("/java"))
                        .orElse(false))
                .findFirst();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
