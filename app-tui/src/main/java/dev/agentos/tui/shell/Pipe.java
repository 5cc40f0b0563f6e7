package dev.agentos.tui.shell;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A program of this machine that a command's output goes into. The line is the person's own, given to their shell. */
final class Pipe implements AutoCloseable {

    private final Process process;
    private final PrintStream in;

    private Pipe(Process process) {
        this.process = process;
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    static Pipe open(String line) throws IOException {
        return new Pipe(new ProcessBuilder("/bin/sh", "-c", line)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    PrintStream stream() {
        return in;
    }

    /** Ends the input and waits; the program's exit code. */
    int finish() throws InterruptedException {
        in.close();
        return process.waitFor();
    }

    @Override
    public void close() {
        in.close();
        process.destroy();
    }
}
