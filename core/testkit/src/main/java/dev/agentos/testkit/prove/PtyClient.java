package dev.agentos.testkit.prove;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real agentctl behind a real pseudo-terminal, with a hand on its keys and an eye on its screen. */
final class PtyClient implements AutoCloseable {

    private final Process process;
    private final OutputStream keys;
    private final StringBuilder screen = new StringBuilder();

    private PtyClient(Process process) {
        this.process = process;
        this.keys = process.getOutputStream();
        Thread.ofVirtual().start(this::read);
    }

    /** Starts agentctl; {@code terminal} is what TERM says, {@code dumb} for lines instead of keys. */
    static PtyClient start(Path home, Path socket, String terminal, List<String> arguments) throws IOException {
        String command = home.resolve("bin/agentctl") + " " + String.join(" ", arguments) + " --socket " + socket;
        ProcessBuilder builder = new ProcessBuilder("script", "-qefc", command, "/dev/null").redirectErrorStream(true);
        builder.environment().put("AGENTOS_HOME", home.toString());
        builder.environment().put("TERM", terminal);
        builder.environment().put("COLUMNS", "100");
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().remove("ACCESSIBLE");
        return new PtyClient(builder.start());
    }

    private void read() {
        byte[] bytes = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                painted(new String(bytes, 0, count, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            painted("\n(the terminal is gone)");
        }
    }

    /** Presses keys at once. */
    void type(String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private void painted(String text) {
        synchronized (screen) {
            screen.append(text);
        }
    }

    /** Everything that was ever on the screen. */
    String screen() {
        synchronized (screen) {
            return screen.toString();
        }
    }

    /** Waits until the text stands on the screen after {@code from}; false when it does not come. */
    boolean awaits(String text, int from, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            if (screen().indexOf(text, from) >= 0) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return screen().indexOf(text, from) >= 0;
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
