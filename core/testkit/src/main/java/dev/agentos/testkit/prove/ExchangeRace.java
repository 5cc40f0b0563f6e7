package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * A folder that a hostile process agent may write and the service reads for a managed agent. The process swaps names
 * with links to a secret all the time; the service's reader, which checks before it reads, must never be led there. A
 * reader that checks the name first and opens it then is led there outside, so the race is real.
 */
final class ExchangeRace {

    private static final int MILLIS = 6_000;
    private static final int STEPS = 60;

    private ExchangeRace() {}

    /** Starts an agent with these arguments and a folder that it may write; answers its id. */
    interface Starting {
        String start(List<String> arguments, String exchange);
    }

    static void run(
            LiveService service,
            AgentdClient client,
            OutsideWorld world,
            LongSupplier uid,
            Starting starting,
            AttackTable table)
            throws IOException, InterruptedException {
        String secret = world.settings().getOrDefault("secret", "");
        Path exchange = world.folder("exchange");
        String racer = starting.start(
                List.of("flip", "--exchange", exchange.toString(), "--secret", secret, "--millis", "" + MILLIS),
                exchange.toString());
        boolean led = false;
        long reads = 0;
        long until = System.nanoTime() + (MILLIS - 500) * 1_000_000L;
        while (System.nanoTime() < until) {
            AgentView reader = client.spawn(
                    new Spawn(
                            UUID.randomUUID().toString(),
                            "reader.yaml",
                            contract(),
                            Optional.empty(),
                            Optional.empty(),
                            List.of(),
                            Map.of("folder", exchange.toString()),
                            false),
                    AgentdClient.Until.ENDED,
                    Duration.ofSeconds(60));
            led |= WireJson.write(client.result(reader.id())).contains("agentos-canary");
            reads += reader.steps().stream()
                    .filter(step -> step.state().equals("done"))
                    .count();
        }
        AgentView ended = client.awaitAgent(racer, AgentdClient.Until.ENDED, Duration.ofSeconds(30));
        String swaps = client.log(racer, "stdout", 0, Duration.ZERO).text().strip();
        long fooled = control(world, uid.getAsLong(), secret);
        table.observe(
                "exchange-race",
                led,
                fooled > 0 && swaps.contains("swaps") && !swaps.contains("\"swaps\":0"),
                "the service's reader: descriptors, no links",
                "fs.read: " + reads + " steps answered while the names were swapped " + swaps + ", ended "
                        + ended.state() + "; a careless reader outside was fooled " + fooled + " times");
    }

    private static String contract() {
        List<String> steps = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            String name = i % 3 == 0 ? "/note.txt" : i % 3 == 1 ? "/box/secret.txt" : "";
            steps.add("      - {id: read" + i + ", tool: fs.read, with: {paths: [\"${input.folder}" + name + "\"]}}");
        }
        return """
                apiVersion: agentos/v0.2
                kind: AgentContract
                name: exchange-reader
                class: {latency: SRT}
                capabilities: ["fs.read"]
                filesystem: {read: ["${input.folder}"]}
                runtime:
                  managed:
                    plan:
                """ + String.join("\n", steps).indent(2);
    }

    private static long control(OutsideWorld world, long uid, String secret) throws IOException, InterruptedException {
        String exchange = world.folder("control-exchange").toString();
        List<String> flip = List.of("flip", "--exchange", exchange, "--secret", secret, "--millis", "3000");
        CompletableFuture<String> flipping = CompletableFuture.supplyAsync(() -> {
            try {
                return world.outside(uid, flip);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "";
            }
        });
        String said = world.outside(uid, List.of("reader", "--exchange", exchange, "--millis", "2500"));
        flipping.join();
        Object fooled = WireJson.read(said, Map.class).get("fooled");
        return fooled instanceof Number number ? number.longValue() : 0;
    }
}
