package dev.agentos.testkit.service;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;

/** Many agents of one contract, handled by several clients at once. */
public final class Fleet {

    private static final int CLIENTS = 4;

    private Fleet() {}

    /** A process agent with small, honest limits. */
    public static String contract(String name, String latency, String limits, String rest, List<String> command) {
        return "apiVersion: agentos/v0.2\nkind: AgentContract\nname: " + name + "\nclass: {latency: " + latency
                + "}\ncapabilities: []\ncompute: {" + limits + "}\nmodelPolicy: {allow: []}\nbinding: flexible\n" + rest
                + "runtime: {process: {command: " + quoted(command) + "}}\n";
    }

    private static String quoted(List<String> command) {
        return "["
                + String.join(
                        ", ",
                        command.stream()
                                .map(word -> "'" + word.replace("'", "''") + "'")
                                .toList())
                + "]";
    }

    public static Spawn request(String contract) {
        return request(UUID.randomUUID().toString(), contract);
    }

    public static Spawn request(String key, String contract) {
        return new Spawn(key, "fleet.yaml", contract, Optional.empty(), Optional.empty(), List.of(), Map.of(), false);
    }

    /** Spawns {@code count} of them; answers in any order. */
    public static List<AgentView> spawn(LiveService service, String contract, int count) throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(UUID.randomUUID().toString());
        }
        return each(service, keys, (client, key) -> client.spawn(request(key, contract)));
    }

    /** Does the same with each, over a few connections. */
    public static <T, R> List<R> each(LiveService service, List<T> items, BiFunction<AgentdClient, T, R> action)
            throws Exception {
        List<Future<List<R>>> parts = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(CLIENTS)) {
            for (int part = 0; part < CLIENTS; part++) {
                int first = part;
                parts.add(executor.submit(() -> {
                    List<R> done = new ArrayList<>();
                    try (AgentdClient client = service.client()) {
                        for (int i = first; i < items.size(); i += CLIENTS) {
                            done.add(action.apply(client, items.get(i)));
                        }
                    }
                    return done;
                }));
            }
        }
        List<R> all = new ArrayList<>();
        for (Future<List<R>> part : parts) {
            try {
                all.addAll(part.get());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
        return all;
    }
}
