package dev.agentos.agentd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The program {@code agentd}. */
public final class AgentdMain {

    private static final int EXIT_USAGE = 2;
    private static final int EXIT_STATE_IN_USE = 75;
    private static final int EXIT_NOT_STARTED = 1;
    private static final int EXIT_PRIVILEGED = 77;

    private AgentdMain() {}

    /** Starts the service and waits for its end. */
    public static void main(String[] arguments) throws InterruptedException {
        long from = System.nanoTime();
        List<String> given = List.of(arguments);
        if (given.contains("--version")) {
            System.out.println("agentd " + ServiceStatus.VERSION);
            return;
        }
        if (given.contains("--help")) {
            System.out.print(AgentdConfig.USAGE);
            return;
        }
        refusePrivilege();
        AgentdConfig config;
        try {
            config = AgentdConfig.parse(given, Optional.ofNullable(System.getenv("OTEL_EXPORTER_OTLP_ENDPOINT")));
        } catch (IllegalArgumentException e) {
            System.err.println("agentd: " + e.getMessage() + "\n\n" + AgentdConfig.USAGE);
            System.exit(EXIT_USAGE);
            return;
        }
        try (Agentd service = Agentd.start(config)) {
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                service.requestStop();
                try {
                    main.join(10_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            System.out.println("agentd " + ServiceStatus.VERSION + " ready on " + config.socket() + " in "
                    + (System.nanoTime() - from) / 1_000_000 + " ms"
                    + config.tcp()
                            .map(door -> "; TCP 127.0.0.1:" + service.tcpPort() + ", token in " + door.tokenFile())
                            .orElse(""));
            service.awaitStop();
        } catch (StateLock.StateInUseException e) {
            System.err.println("agentd: " + e.getMessage());
            System.exit(EXIT_STATE_IN_USE);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            System.err.println("agentd: not started: " + e.getMessage());
            System.exit(EXIT_NOT_STARTED);
        }
    }

    /** agentd decides and must not be able to overrule the kernel: with any capability it does not start. */
    private static void refusePrivilege() {
        String effective = capabilities(Path.of("/proc/self/status"));
        if (!effective.isEmpty() && !effective.chars().allMatch(digit -> digit == '0')) {
            System.err.println("agentd: it never runs with capabilities (CapEff is " + effective
                    + "); start it with ./agentos up, or as an ordinary user");
            System.exit(EXIT_PRIVILEGED);
        }
    }

    private static String capabilities(Path status) {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .map(line -> line.substring("CapEff:".length()).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            // Without /proc nothing can be known, and a sandbox could not be made either.
            return "unknown";
        }
    }
}
