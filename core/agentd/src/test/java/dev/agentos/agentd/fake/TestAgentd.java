package dev.agentos.agentd.fake;

import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdConfig;
import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.http.ApiServer.TcpDoor;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.model.Models;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A whole agentd in this process, over a fake sandbox and a clock moved by hand. */
public final class TestAgentd implements AutoCloseable {

    /** How long a test waits for what should happen at once. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    public final FakeSandbox sandbox;
    public final ManualTimeSource time;
    public final AgentdConfig config;
    public final Agentd agentd;
    public final DoorClient door;

    private TestAgentd(Path directory, FakeSandbox sandbox, ManualTimeSource time, boolean tcp, Optional<Models> models)
            throws Exception {
        this(directory, sandbox, time, tcp, models, Optional.of(directory.resolve("no-gpu-tools")));
    }

    private TestAgentd(
            Path directory,
            FakeSandbox sandbox,
            ManualTimeSource time,
            boolean tcp,
            Optional<Models> models,
            Optional<Path> gpuTools)
            throws Exception {
        this.sandbox = sandbox;
        this.time = time;
        Path state = directory.resolve("state");
        this.config = new AgentdConfig(
                state,
                directory.resolve("run"),
                directory.resolve("no-execd"),
                Optional.empty(),
                directory.resolve("no-worker"),
                tcp ? Optional.of(new TcpDoor(0, state.resolve("tcp-token"))) : Optional.empty(),
                Optional.empty(),
                true,
                gpuTools);
        this.agentd = Agentd.start(config, time, sandbox, List.of(), models);
        this.door = DoorClient.unix(config.socket());
    }

    public static TestAgentd start(Path directory) throws Exception {
        return new TestAgentd(directory, new FakeSandbox(), new ManualTimeSource(), false, Optional.empty());
    }

    /** With programs that tell of graphics processors. */
    public static TestAgentd startWithGpuTools(Path directory, Path tools) throws Exception {
        return new TestAgentd(
                directory, new FakeSandbox(), new ManualTimeSource(), false, Optional.empty(), Optional.of(tools));
    }

    public static TestAgentd startWithTcp(Path directory) throws Exception {
        return new TestAgentd(directory, new FakeSandbox(), new ManualTimeSource(), true, Optional.empty());
    }

    /** Starts again on the same state, with the broker and the time of before. */
    public static TestAgentd again(Path directory, TestAgentd before) throws Exception {
        return new TestAgentd(directory, before.sandbox, before.time, false, Optional.empty());
    }

    /** With somebody who answers agents that a model drives. */
    public static TestAgentd start(Path directory, Models models) throws Exception {
        return new TestAgentd(directory, new FakeSandbox(), new ManualTimeSource(), false, Optional.of(models));
    }

    /** The same, again on the same state. */
    public static TestAgentd again(Path directory, TestAgentd before, Models models) throws Exception {
        return new TestAgentd(directory, before.sandbox, before.time, false, Optional.of(models));
    }

    /** The head of every contract of the tests. */
    public static String contract(String name, String body) {
        return "apiVersion: agentos/v0.2\nkind: AgentContract\nname: " + name
                + "\nmodelPolicy: { allow: [] }\ncompute: { cpu: \"0.1\", mem: 1MiB, pids: 1 }\n" + body;
    }

    /** A process agent that runs a script of {@link FakeSandbox}. */
    public static String process(String name, String script, String rest) {
        return contract(name, "runtime: { process: { command: [/bin/sh, -c, \"" + script + "\"] } }\n" + rest);
    }

    /** A process agent that runs until it is ended. */
    public static String sleeper(String name, String rest) {
        return contract(name, "runtime: { process: { command: [/bin/sleep, \"1000\"] } }\n" + rest);
    }

    public static String spawnBody(String key, String contract, Map<String, Object> input) {
        Map<String, Object> body = new TreeMap<>();
        body.put("key", key);
        body.put("source", "c.yaml");
        body.put("contract", contract);
        body.put("command", List.of());
        body.put("input", input);
        body.put("stdin", false);
        return CanonicalJson.write(body);
    }

    public Reply spawn(String key, String contract) {
        return spawn(key, contract, Map.of());
    }

    public Reply spawn(String key, String contract, Map<String, Object> input) {
        return door.post("/v1/agents", spawnBody(key, contract, input));
    }

    /** Waits until the agent is so; the record that was. */
    public AgentRecord await(String id, Predicate<AgentRecord> condition) {
        try {
            AgentRecord agent = agentd.book().awaitRecord(id, condition, PATIENCE);
            if (!condition.test(agent)) {
                throw new AssertionError(id + " is still " + agent.state() + " (" + agent.reason() + ")");
            }
            return agent;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public AgentRecord awaitEnd(String id) {
        return await(id, agent -> agent.state().isFinal());
    }

    /** Kinds of all events about an agent, oldest first; moves as {@code from>to}. */
    public List<String> story(String id) {
        // What memory shows may still be on its way to the disk; a checkpoint covers all that was submitted before it.
        door.post("/v1/audit/checkpoint", "");
        return door.get("/v1/events?since=0&limit=5000").list("events").stream()
                .filter(event -> id.equals(event.get("agent")))
                .map(event -> event.get("data") instanceof Map<?, ?> data && data.get("to") != null
                        ? data.get("from") + ">" + data.get("to")
                        : String.valueOf(event.get("kind")))
                .toList();
    }

    @Override
    public void close() {
        agentd.close();
    }
}
