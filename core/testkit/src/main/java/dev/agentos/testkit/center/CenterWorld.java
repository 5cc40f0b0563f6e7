package dev.agentos.testkit.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdClient.Until;
import dev.agentos.bridge.tour.TourContracts;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.SecretWire;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Agents that a window can show: running, paused, asking, failed and done ones, made of examples and the catalog. */
public final class CenterWorld {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SMALL = "cpu: '0.2', mem: 64MiB, pids: 16";

    /** The agents by what they are for. */
    public record Agents(String asking, String done, List<String> running) {
        public Agents {
            running = List.copyOf(running);
        }
    }

    private CenterWorld() {}

    /** Starts them and waits until each is in its state. */
    public static Agents populate(LiveService service) throws IOException {
        try (AgentdClient client = service.client()) {
            List<String> running = new ArrayList<>();
            running.add(process(client, "log-watcher", "DT", busy(9_000, "0.5")));
            running.add(process(client, "mail-sorter", "SRT", busy(2_500, "1")));
            running.add(process(client, "feed-reader", "DT", busy(600, "2")));
            String paused = process(client, "backup-check", "DT", busy(500, "1"));
            client.awaitAgent(paused, Until.STARTED, LIMIT);
            client.pause(paused);
            String failing = process(
                    client, "nightly-index", "DT", List.of("sh", "-c", "echo 'index: no space left' >&2; exit 3"));
            client.awaitAgent(failing, Until.ENDED, LIMIT);
            String done = triage(service, client);
            client.awaitAgent(done, Until.ENDED, LIMIT);
            client.setSecret(new SecretWire.SecretValue("mail-password", "not-a-real-one", List.of("mail.example")));
            String asking = summary(client, documents(service));
            return new Agents(asking, done, running);
        }
    }

    /** A loop of so many rounds and a pause, which writes a line each time. */
    private static List<String> busy(int rounds, String pause) {
        return List.of(
                "sh",
                "-c",
                "n=0; while :; do n=$((n+1)); i=0; while [ $i -lt " + rounds
                        + " ]; do i=$((i+1)); done; echo \"round $n: looked at " + rounds + " lines\"; sleep " + pause
                        + "; done");
    }

    private static String process(AgentdClient client, String name, String latency, List<String> command) {
        return client.spawn(Fleet.request(Fleet.contract(name, latency, SMALL, "", command)))
                .id();
    }

    /** The sample documents where a person would keep them. */
    private static Path documents(LiveService service) throws IOException {
        Path folder = service.folder("city-permits");
        try (Stream<Path> samples = Files.list(service.home().resolve("samples").resolve("city-permits"))) {
            for (Path sample : samples.toList()) {
                Path copy =
                        Files.copy(sample, folder.resolve(sample.getFileName().toString()));
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            }
        }
        return folder;
    }

    /** Summarises the sample documents and asks before it writes. */
    private static String summary(AgentdClient client, Path documents) {
        AgentView agent = client.spawn(new Spawn(
                UUID.randomUUID().toString(),
                TourContracts.FOLDER_SUMMARY,
                TourContracts.text(TourContracts.FOLDER_SUMMARY)
                        .replace("name: folder-summary", "name: city-permit-assistant"),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Map.of("folder", documents.toString(), "title", "What the city says"),
                false));
        return agent.id();
    }

    private static String triage(LiveService service, AgentdClient client) throws IOException {
        Path logs = service.folder("logs");
        Path log = logs.resolve("site.log");
        Files.writeString(log, """
                2026-11-23 09:00:01 INFO started
                2026-11-23 09:00:07 WARN slow answer from permits.example: 2310 ms
                2026-11-23 09:00:09 ERROR cannot connect to permits.example:443
                2026-11-23 09:00:11 ERROR cannot connect to permits.example:443
                2026-11-23 09:01:40 FATAL out of memory: killed process 411
                """);
        Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-r--r--"));
        EntryView entry = client.catalogEntry("log-triage", "");
        Map<String, Object> inputs = new HashMap<>();
        entry.inputs()
                .forEach(input -> input.otherwise()
                        .ifPresent(value -> inputs.put(
                                input.name(), input.kind().equals("number") ? (Object) Long.parseLong(value) : value)));
        inputs.put("logs", logs.toString());
        return client.spawn(new Spawn(
                        UUID.randomUUID().toString(),
                        "catalog:" + entry.name() + "@" + entry.version(),
                        entry.contract(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        inputs,
                        false))
                .id();
    }
}
