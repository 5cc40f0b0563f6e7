package dev.agentos.center.ui;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs a command of agentctl and gives what it printed. */
public interface CommandRunner {

    /**
     * What came of a command.
     *
     * @param exit as agentctl documents it
     */
    record Ran(int exit, String out, String err) {
        public boolean isDone() {
            return exit == 0;
        }
    }

    /** Where the installation is; empty where there is none. */
    default Optional<Path> home() {
        return Optional.empty();
    }

    /** Runs it and waits; what it says on standard error is told line by line as it comes. */
    default Ran run(List<String> words, Consumer<String> progress) {
        return run(words);
    }

    /** Runs it and waits; an interrupted wait ends the command. */
    Ran run(List<String> words);
}
