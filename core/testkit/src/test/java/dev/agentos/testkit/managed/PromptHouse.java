package dev.agentos.testkit.managed;

import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdConfig;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.fake.FakeSandbox;
import dev.agentos.testkit.models.ScriptedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A whole agentd with its real door, beside a model server with a script; folders to read and to write. */
final class PromptHouse implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    final ScriptedModel model;
    final Path docs;
    final Path out;
    private final AgentdConfig config;
    private final FakeSandbox sandbox = new FakeSandbox();
    private Agentd agentd;
    private AgentdClient client;

    PromptHouse(Path folder) throws Exception {
        model = ScriptedModel.start();
        docs = Files.createDirectory(folder.resolve("docs"));
        out = Files.createDirectory(folder.resolve("out"));
        config = new AgentdConfig(
                folder.resolve("state"),
                folder.resolve("run"),
                folder.resolve("no-execd"),
                Optional.empty(),
                folder.resolve("no-worker"),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty());
        agentd = Agentd.start(config, TimeSource.system(), sandbox);
        client = AgentdClient.on(config.socket());
        client.addModelProvider(provider(4));
    }

    /** The scripted server as a provider that gives so many answers at once. */
    ModelWire.AddProvider provider(long slots) {
        return new ModelWire.AddProvider(
                "scripted",
                "openai",
                model.url().toString(),
                Optional.empty(),
                "on-prem",
                List.of(ScriptedModel.MODEL),
                200_000,
                "1",
                "10",
                slots,
                2_000);
    }

    AgentdClient client() {
        return client;
    }

    Agentd agentd() {
        return agentd;
    }

    /** Stops the service in the middle of whatever it does, and starts it again on the same state. */
    void restart() throws Exception {
        client.close();
        agentd.close();
        agentd = Agentd.start(config, TimeSource.system(), sandbox);
        client = AgentdClient.on(config.socket());
    }

    /** The contract of an agent that follows the script of its prompt's word. */
    String contract(String word, String capabilities, String rest) {
        return """
                apiVersion: agentos/v0.2
                kind: AgentContract
                name: clerk
                capabilities: [%s]
                modelPolicy: { allow: [scripted/m] }
                compute: { cpu: "0.1", mem: 1MiB, pids: 1 }
                filesystem: { read: ["%s"], write: ["%s"] }
                runtime: { managed: { prompt: "%s: you are a clerk.", answer: { %s } } }
                """.formatted(
                                capabilities,
                                docs,
                                out,
                                word,
                                rest.startsWith("answer ") ? rest.substring(7, rest.indexOf('\n')) : "")
                        .replace(", answer: {  }", "")
                + (rest.startsWith("answer ") ? rest.substring(rest.indexOf('\n') + 1) : rest);
    }

    AgentView spawn(String contract, String task) {
        return client.spawn(new Spawn(
                "key-" + contract.hashCode() + task.hashCode(),
                "clerk.yaml",
                contract,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Map.of("task", task),
                false));
    }

    AgentView ended(String id) {
        return client.awaitAgent(id, AgentdClient.Until.ENDED, PATIENCE);
    }

    /** The question that waits. */
    AskView ask() throws InterruptedException {
        return ask("");
    }

    /** The question that waits once another one was answered. */
    AskView askAfter(AskView answered) throws InterruptedException {
        return ask(answered.id());
    }

    private AskView ask(String but) throws InterruptedException {
        for (int i = 0; i < 3_000; i++) {
            Optional<AskView> waiting = client.asks().asks().stream()
                    .filter(ask -> !ask.id().equals(but))
                    .findFirst();
            if (waiting.isPresent()) {
                return waiting.get();
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        throw new AssertionError("nobody was asked");
    }

    void allow(AskView ask) {
        client.answer(
                ask.id(),
                AnswerRequest.allow(
                        ask, "once", Optional.of(ask.confirmWord()).filter(word -> !word.isEmpty()), "test"));
    }

    AgentView await(String id, Predicate<AgentView> condition) throws InterruptedException {
        AgentView view = client.agent(id);
        for (int i = 0; i < 3_000 && !condition.test(view); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
            view = client.agent(id);
        }
        if (!condition.test(view)) {
            throw new AssertionError(id + " is " + view.state() + ": " + view.reason());
        }
        return view;
    }

    /** Waits until the model was asked so often. */
    void awaitRequests(String word, int count) throws InterruptedException {
        for (int i = 0; i < 3_000 && model.requests(word).size() < count; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    List<EventView> events(String kind) {
        client.checkpoint();
        return client.events(0, 5_000).events().stream()
                .filter(event -> event.kind().equals(kind))
                .toList();
    }

    /** The text of the run's answer. */
    String answer(String id) {
        return client.result(id).outputs().get("answer") instanceof Map<?, ?> answer
                ? String.valueOf(answer.get("text"))
                : "";
    }

    @Override
    public void close() {
        client.close();
        agentd.close();
        model.close();
    }
}
