package dev.agentos.tui.shell;

import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.Agentctl;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.log.LogCommand;
import dev.agentos.tui.term.Console;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs one command at a time on a thread of its own, so that Ctrl-C ends the view and never the agent: nothing but this
 * side's waiting is interrupted.
 */
final class Runner {

    private final CtlContext context;
    private final AtomicReference<Optional<Thread>> running = new AtomicReference<>(Optional.empty());

    private volatile AtomicBoolean silence = new AtomicBoolean();

    /** Lets text through until its view has ended. */
    private static final class Gate extends FilterOutputStream {
        private final AtomicBoolean shut;

        Gate(PrintStream out, AtomicBoolean shut) {
            super(out);
            this.shut = shut;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (!shut.get()) {
                out.write(bytes, from, length);
            }
        }

        @Override
        public void write(int b) throws IOException {
            if (!shut.get()) {
                out.write(b);
            }
        }
    }

    Runner(CtlContext context) {
        this.context = context;
    }

    /** The exit code; 130 when its view was interrupted. */
    int run(List<String> words, Optional<String> pipe) throws InterruptedException {
        if (pipe.isEmpty()) {
            return onThread(context, words);
        }
        try (Pipe program = Pipe.open(pipe.get())) {
            Console console = context.console();
            Console piped = new Console(
                    console.in(),
                    program.stream(),
                    console.err(),
                    console.inTerminal(),
                    false,
                    console.errTerminal(),
                    console.environment());
            int exit = onThread(new CtlContext(piped, context.connector()), words);
            int other = program.finish();
            return exit == Exit.DONE ? other : exit;
        } catch (IOException e) {
            context.console().err().println("agentsh: pipe.failed: " + e.getMessage());
            context.console().err().flush();
            return Exit.FAILED;
        }
    }

    private int onThread(CtlContext given, List<String> words) throws InterruptedException {
        Console console = given.console();
        AtomicBoolean ended = new AtomicBoolean();
        // What an interrupted command says of its interruption is no news to whoever pressed Ctrl-C.
        PrintStream errors = new PrintStream(new Gate(console.err(), ended), true, StandardCharsets.UTF_8);
        CtlContext with = new CtlContext(
                new Console(
                        console.in(),
                        console.out(),
                        errors,
                        console.inTerminal(),
                        console.outTerminal(),
                        console.errTerminal(),
                        console.environment()),
                given.connector());
        AtomicInteger exit = new AtomicInteger(Exit.FAILED);
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("command")
                .unstarted(() -> exit.set(
                        words.getFirst().equals("log")
                                ? LogCommand.run(
                                        with, words.subList(1, words.size()).toArray(String[]::new))
                                : Agentctl.run(with, words.toArray(String[]::new))));
        running.set(Optional.of(thread));
        silence = ended;
        thread.start();
        thread.join();
        boolean interrupted = running.getAndSet(Optional.empty()).isEmpty();
        return interrupted ? Exit.SIGNAL + 2 : exit.get();
    }

    /** Ends the view of what runs now; whether anything ran. */
    boolean interrupt() {
        Optional<Thread> thread = running.getAndSet(Optional.empty());
        silence.set(thread.isPresent());
        thread.ifPresent(Thread::interrupt);
        return thread.isPresent();
    }
}
