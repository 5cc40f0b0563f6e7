package dev.agentos.center.live;

import dev.agentos.center.ui.CommandRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** agentctl of this installation as a process of its own: the window speaks exactly the language of the terminal. */
public final class AgentctlProcess implements CommandRunner {

    private static final int NOT_FOUND = 127;
    private static final int INTERRUPTED = 130;

    private final Optional<Path> home;
    private final Path socket;

    /** @param home the installation; empty where there is none, which every command then says */
    public AgentctlProcess(Optional<Path> home, Path socket) {
        this.home = home;
        this.socket = socket;
    }

    @Override
    public Optional<Path> home() {
        return home;
    }

    @Override
    public Ran run(List<String> words) {
        return run(words, _ -> {});
    }

    @Override
    public Ran run(List<String> words, Consumer<String> progress) {
        Optional<Path> program =
                home.map(folder -> folder.resolve("bin").resolve("agentctl")).filter(Files::isExecutable);
        if (program.isEmpty()) {
            return new Ran(NOT_FOUND, "", "agentctl is not here: AGENTOS_HOME names no installation");
        }
        List<String> command = new ArrayList<>();
        command.add(program.get().toString());
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("AGENTOS_SOCKET", socket.toString());
        builder.environment().put("NO_COLOR", "1");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            CompletableFuture<String> errors = CompletableFuture.supplyAsync(
                    () -> process.errorReader().lines().peek(progress).collect(Collectors.joining("\n")));
            String out = read(process.inputReader(StandardCharsets.UTF_8));
            return new Ran(process.waitFor(), out, errors.join());
        } catch (IOException e) {
            return new Ran(NOT_FOUND, "", "agentctl could not be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ran(INTERRUPTED, "", "interrupted");
        }
    }

    private static String read(java.io.BufferedReader reader) {
        return String.join("\n", reader.lines().toList());
    }
}
