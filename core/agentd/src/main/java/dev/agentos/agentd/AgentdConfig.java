package dev.agentos.agentd;

import dev.agentos.agentd.http.ApiServer.TcpDoor;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What agentd is told at its start.
 *
 * @param state durable files: journal, checkpoints, keys, agents' workspaces
 * @param run short-lived files: sockets and logs of helpers; a directory of mode 0700
 * @param execd the broker's binary, started by agentd when nobody else did
 * @param execdSocket the socket of a broker that is another unit's job
 * @param worker the model worker's jars and model
 * @param filter whether the content filter looks at the results of tools
 * @param gpuTools where nvidia-smi and rocm-smi are; empty for the usual folders
 */
public record AgentdConfig(
        Path state,
        Path run,
        Path execd,
        Optional<Path> execdSocket,
        Path worker,
        Optional<TcpDoor> tcp,
        Optional<String> otlpEndpoint,
        boolean filter,
        Optional<Path> gpuTools) {

    public static final String USAGE = """
            Usage: agentd --state DIR --run DIR [options]

              --state DIR          durable files: journal, checkpoints, keys, workspaces
              --run DIR            sockets; made with mode 0700
              --execd FILE         the sandbox broker, started when none listens
              --execd-socket FILE  the socket of a broker that is started elsewhere
              --worker DIR         the model worker's jars and model
              --tcp PORT           also listen on 127.0.0.1:PORT, with a token (0: any free port)
              --filter on|off      whether results of tools are looked at for injections (on)
              --gpu-tools DIR      where nvidia-smi and rocm-smi are, if not in their usual folders
              --version            print the version

            Example: agentd --state ~/.local/state/agentos --run $XDG_RUNTIME_DIR/agentos
            """;

    /** The entries that came with the installation; they lie beside the model worker. */
    public Path catalog() {
        return worker.resolveSibling("catalog");
    }

    /** The service's own socket. */
    public Path socket() {
        return run.resolve("agentd.sock");
    }

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    static AgentdConfig parse(List<String> arguments, Optional<String> otlpEndpoint) {
        Optional<Path> state = Optional.empty();
        Optional<Path> run = Optional.empty();
        Path execd = Path.of("/usr/lib/agentos/agentos-execd");
        Optional<Path> execdSocket = Optional.empty();
        Path worker = Path.of("/usr/lib/agentos/worker");
        Optional<Integer> tcp = Optional.empty();
        boolean filter = true;
        Optional<Path> gpuTools = Optional.empty();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--state" -> state = Optional.of(path(option, rest));
                case "--run" -> run = Optional.of(path(option, rest));
                case "--execd" -> execd = path(option, rest);
                case "--execd-socket" -> execdSocket = Optional.of(path(option, rest));
                case "--worker" -> worker = path(option, rest);
                case "--filter" -> filter = onOrOff(option, rest);
                case "--gpu-tools" -> gpuTools = Optional.of(path(option, rest));
                case "--tcp" -> tcp = Optional.of(port(option, rest));
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        Path stateDirectory = state.orElseThrow(() -> new IllegalArgumentException("--state DIR is needed"));
        Path runDirectory = run.orElseThrow(() -> new IllegalArgumentException("--run DIR is needed"));
        return new AgentdConfig(
                stateDirectory,
                runDirectory,
                execd,
                execdSocket,
                worker,
                tcp.map(port -> new TcpDoor(port, stateDirectory.resolve("tcp-token"))),
                otlpEndpoint,
                filter,
                gpuTools);
    }

    private static boolean onOrOff(String option, Iterator<String> rest) {
        String word = value(option, rest);
        if (!word.equals("on") && !word.equals("off")) {
            throw new IllegalArgumentException(option + " is on or off, not " + word);
        }
        return word.equals("on");
    }

    private static Path path(String option, Iterator<String> rest) {
        return Path.of(value(option, rest)).toAbsolutePath().normalize();
    }

    private static int port(String option, Iterator<String> rest) {
        String text = value(option, rest);
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new IllegalArgumentException(option + " needs a port, not " + text);
        }
        return Integer.parseInt(text);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }
}
