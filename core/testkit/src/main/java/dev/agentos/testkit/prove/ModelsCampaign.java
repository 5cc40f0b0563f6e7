package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdClient.Until;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.testkit.models.TinyLlama;
import dev.agentos.testkit.prove.ProveMain.Campaign;
import dev.agentos.testkit.prove.ProveMain.Result;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Unmodified clients inside the sandbox, with only the environment that it sets: those of OpenAI, Anthropic and Ollama,
 * and a LangGraph script, each against the built-in model and against llama.cpp with a small model of our own making.
 */
final class ModelsCampaign implements Campaign {

    private static final Map<String, String> PACKAGES = packages();

    private static final List<String> SCRIPTS = List.of("openai", "anthropic", "ollama", "langgraph");

    private static Map<String, String> packages() {
        Map<String, String> packages = new LinkedHashMap<>();
        packages.put("openai", "openai");
        packages.put("anthropic", "@anthropic-ai/sdk");
        packages.put("ollama", "ollama");
        packages.put("langgraph", "@langchain/langgraph");
        packages.put("langchain", "@langchain/openai");
        packages.put("core", "@langchain/core");
        return packages;
    }

    @Override
    public Result run(Path home, int rounds, long seed) throws Exception {
        Figures figures = new Figures("prove", "models");
        Optional<String> missing = missing();
        if (missing.isPresent()) {
            figures.skip("clients", missing.get());
            return new Result(figures.top("tried", 0).top("through", 0), 0);
        }
        Path folder = cache();
        Optional<String> trouble = install(folder);
        if (trouble.isPresent()) {
            figures.skip("clients", trouble.get());
            return new Result(figures.top("tried", 0).top("through", 0), 0);
        }
        long failed = 0;
        long checks = 0;
        int tried = 0;
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            String gguf = addTinyLlama(service, client);
            for (String model : List.of("local/extractive", gguf)) {
                for (String script : SCRIPTS) {
                    tried++;
                    Seen seen = run(service, client, folder, script, model);
                    checks += seen.checks();
                    failed += seen.passed() ? 0 : 1;
                    Map<String, String> row = new LinkedHashMap<>();
                    row.put("client", script);
                    row.put("model", model);
                    row.put("checks", String.valueOf(seen.checks()));
                    row.put("result", seen.says());
                    figures.row(row);
                }
            }
        }
        figures.top("tried", tried).top("through", failed).put("checks", checks).put("failed", failed);
        return new Result(figures, failed);
    }

    private static Optional<String> missing() {
        for (String program : List.of("/usr/bin/node", "/usr/bin/npm")) {
            if (!Files.isExecutable(Path.of(program))) {
                return Optional.of(program + " is not there; install nodejs and npm");
            }
        }
        return Optional.empty();
    }

    /** A folder that agentd's user can read, kept between runs. */
    private static Path cache() throws IOException {
        Path folder = Path.of("/var/tmp", "agentos-prove-models-" + System.getProperty("user.name"));
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    private static Optional<String> install(Path folder) throws IOException, InterruptedException {
        for (String script : SCRIPTS) {
            try (InputStream in = ModelsCampaign.class.getResourceAsStream("models/" + script + ".mjs")) {
                if (in == null) {
                    throw new IOException("the script " + script + " is not in the jar");
                }
                Files.copy(in, folder.resolve(script + ".mjs"), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (PACKAGES.values().stream()
                .allMatch(
                        name -> Files.isDirectory(folder.resolve("node_modules").resolve(name)))) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/npm", "install", "--no-audit", "--no-fund", "--prefix", folder.toString()));
        command.addAll(PACKAGES.values());
        Process npm = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("npm.log").toFile())
                .start();
        if (!npm.waitFor(5, TimeUnit.MINUTES)) {
            npm.destroyForcibly();
            return Optional.of("npm did not end in five minutes");
        }
        return npm.exitValue() == 0
                ? Optional.empty()
                : Optional.of("npm could not install the clients, see " + folder.resolve("npm.log"));
    }

    private static String addTinyLlama(LiveService service, AgentdClient client) throws IOException {
        Path file = service.folder("models").resolve("tiny.gguf");
        TinyLlama.TEST.write(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        client.addModelWeights(new ModelWire.AddGguf(
                file.toString(), "made by this campaign, random weights", Optional.empty(), 4, 1_024, 2));
        return "gguf-tiny/tiny";
    }

    /** What became of one client. */
    private record Seen(boolean passed, long checks, String says) {}

    private static Seen run(LiveService service, AgentdClient client, Path folder, String script, String model)
            throws IOException, InterruptedException {
        boolean extractive = model.equals("local/extractive");
        String contract = "apiVersion: agentos/v0.2\nkind: AgentContract\nname: " + script + "\n"
                + "class: {latency: SRT}\nmodelPolicy: {allow: [\"" + model + "\"]}\n"
                + "compute: {cpu: \"1\", mem: 1GiB, pids: 64}\nfilesystem: {read: [" + folder + "]}\n"
                + "runtime: {process: {command: [/usr/bin/node, " + folder.resolve(script + ".mjs")
                + "], env: {MODEL: \""
                + model + "\"" + (extractive ? ", EMBED: \"1\"" : ", SCHEMA: \"1\"") + "}}}\n";
        AgentView spawned = client.spawn(Fleet.request(contract));
        AgentView ended = client.awaitAgent(spawned.id(), Until.ENDED, Duration.ofMinutes(2));
        Path logs = service.state().resolve("agents").resolve(spawned.id());
        String out = Files.readString(logs.resolve("1.stdout.log"));
        long checks = out.lines().filter(line -> line.startsWith("ok ")).count();
        boolean passed = ended.state().equals("done") && checks > 0;
        String err = passed
                ? ""
                : Files.readString(logs.resolve("1.stderr.log"))
                        .lines()
                        .filter(line -> line.contains("Error"))
                        .findFirst()
                        .orElse(ended.state() + ": " + ended.reason());
        return new Seen(passed, checks, passed ? "works" : err);
    }
}
