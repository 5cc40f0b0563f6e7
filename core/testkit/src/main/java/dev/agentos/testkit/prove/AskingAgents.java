package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Managed agents that want to write one file and wait for a person. */
final class AskingAgents {

    private static final String CONTRACT = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: asking
            class: {latency: DT}
            modelPolicy: {allow: []}
            compute: {cpu: "0.01", mem: 1MiB, pids: 1}
            binding: flexible
            capabilities: ["fs.write"]
            runtime:
              managed:
                plan:
                  - {id: write, tool: fs.write, with: {path: "${input.path}", content: "${input.content}"}}
            filesystem: {write: ["/workspace"]}
            security: {consent_for: ["fs.write"]}
            consent: {max_wait: "MAX_WAIT"}
            """;

    /** Keys of requests are never used twice, whoever makes the agents. */
    private static final AtomicLong NEXT = new AtomicLong(1);

    private final AgentdClient client;

    AskingAgents(AgentdClient client) {
        this.client = client;
    }

    /** Starts one and waits for its ask. */
    AskView ask(String path, String content, String maxWait) throws IOException, InterruptedException {
        String agent = spawn(path, content, maxWait);
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < deadline) {
            for (AskView ask : client.asks().asks()) {
                if (ask.agent().equals(agent)) {
                    return ask;
                }
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new IOException(agent + " did not ask: " + client.agent(agent));
    }

    AskView ask() throws IOException, InterruptedException {
        return ask("/workspace/note.md", "one line\n", "1h");
    }

    /** Starts one; its id. */
    String spawn(String path, String content, String maxWait) {
        return client.spawn(new Spawn(
                        "asking-" + NEXT.getAndIncrement(),
                        "asking.yaml",
                        CONTRACT.replace("MAX_WAIT", maxWait),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of("path", path, "content", content),
                        false))
                .id();
    }

    /** Ends every agent that still waits. */
    void end() {
        for (AskView ask : client.asks().asks()) {
            try {
                client.kill(ask.agent());
            } catch (AgentdException e) {
                if (e.status() != 409) {
                    throw e;
                }
                // It ended by itself meanwhile.
            }
        }
    }
}
