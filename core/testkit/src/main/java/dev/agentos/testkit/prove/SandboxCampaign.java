package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Explanation;
import dev.agentos.bridge.wire.AgentWire.LogChunk;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.testkit.prove.AttackTable.Control;
import dev.agentos.testkit.prove.Attacks.Attack;
import dev.agentos.testkit.prove.Attacks.Attempt;
import dev.agentos.testkit.prove.Attacks.Report;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Every line of the threat list tried by process agents of a real service, against a control outside. Nothing may get
 * through, and each refusal must be explained by the service. A last agent with a contract that is too wide shows that
 * the campaign would notice.
 */
final class SandboxCampaign implements ProveMain.Campaign {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** Limits that the bombs exceed and that everything else fits into. */
    private static final String CONTRACT = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: %s
            class: {latency: DT}
            capabilities: []
            compute: {cpu: "1", mem: "96MiB", pids: 48, open_files: 96, disk: "32MiB"}
            modelPolicy: {allow: []}
            binding: %s
            runtime: {process: {env: {VICTIM: "%s"}}}
            filesystem: {read: [%s], write: [%s]}
            egress: {domains: [%s]}
            consent: {unattended: refuse}
            """;

    /** How long a bomb in the workspace stays when it got everything: several times what the watch needs. */
    private static final String HOLD_SECONDS = "10";

    /**
     * @param spelling what picks it, inside and outside
     * @param place the limit that the service is asked about
     */
    private record Variant(String suffix, boolean inWorkspace, List<String> spelling, String place) {

        static List<Variant> of(Attack attack) {
            return switch (attack.name()) {
                case "disk-bomb" ->
                    Stream.concat(
                                    Stream.of(new Variant(" /tmp", false, List.of(), "tmp")),
                                    Stream.of("one", "many", "unlinked", "mapped", "leaderless", "deep")
                                            .map(word -> new Variant(
                                                    " /workspace, " + word, true, List.of("--spelling", word), "disk")))
                            .toList();
                case "inode-bomb" ->
                    List.of(
                            new Variant(" /tmp", false, List.of(), "tmp-inodes"),
                            new Variant(" /workspace", true, List.of(), "inodes"));
                default -> List.of(new Variant("", false, List.of(), ""));
            };
        }

        List<String> inside() {
            List<String> words = new ArrayList<>(spelling);
            words.addAll(inWorkspace ? List.of("--fill", "/workspace", "--hold", HOLD_SECONDS) : List.of());
            return words;
        }

        List<String> outside(Path fill) {
            List<String> words = new ArrayList<>(spelling);
            words.addAll(inWorkspace ? List.of("--fill", fill.toString()) : List.of());
            return words;
        }
    }

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        Figures figures = new Figures("prove", "sandbox");
        AttackTable table = new AttackTable(figures);
        List<String> failures = new ArrayList<>();
        long started = System.nanoTime();
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            Path program = Files.copy(
                    home.resolve("bin/agentos-attacks"),
                    service.folder("program").resolve("agentos-attacks"));
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            boolean root = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).intValue() == 0;
            try (OutsideWorld world = OutsideWorld.open(program, root)) {
                Bench bench = new Bench(service, client, program, world, binding(client, program, figures));
                tryAll(bench, table, figures, failures);
                ExchangeRace.run(
                        bench.service,
                        client,
                        world,
                        bench::plainUid,
                        (arguments, exchange) -> {
                            AgentView racer = bench.start("racer", "", List.of(), List.of(exchange), arguments);
                            return racer.id();
                        },
                        table);
                detectorSees(bench, failures);
                double after = world.startMillis();
                figures.put("host_start_ms_after_bombs", after);
                if (after > 2_000) {
                    failures.add("after the bombs a program of the host takes " + Math.round(after) + " ms to start");
                }
            }
        }
        table.finish();
        figures.put("seconds", (System.nanoTime() - started) / 1e9);
        Stream.concat(table.findings().stream(), failures.stream()).forEach(System.err::println);
        return new ProveMain.Result(figures, table.through() + table.unexplained() + failures.size());
    }

    /** What every attack needs: the service, the world outside, and how agents are made. */
    private record Bench(LiveService service, AgentdClient client, Path program, OutsideWorld world, String binding) {

        AgentView start(String name, String victim, List<String> read, List<String> write, List<String> arguments) {
            List<String> readable = new ArrayList<>(read);
            readable.add(program.toString());
            return start(name, victim, readable, write, List.of(), arguments);
        }

        /** As above with places to connect to; {@code read} is everything that is readable. */
        AgentView start(
                String name,
                String victim,
                List<String> read,
                List<String> write,
                List<String> places,
                List<String> arguments) {
            String text = CONTRACT.formatted(name, binding, victim, quoted(read), quoted(write), quoted(places));
            List<String> command = new ArrayList<>(List.of(program.toString()));
            command.addAll(arguments);
            return client.spawn(
                    new Spawn(
                            UUID.randomUUID().toString(),
                            name + ".yaml",
                            text,
                            Optional.empty(),
                            Optional.empty(),
                            command,
                            Map.of(),
                            false),
                    AgentdClient.Until.STARTED,
                    LIMIT);
        }

        AgentView ended(AgentView view) {
            return client.awaitAgent(view.id(), AgentdClient.Until.ENDED, LIMIT);
        }

        String output(AgentView view) {
            StringBuilder text = new StringBuilder();
            LogChunk chunk = client.log(view.id(), "stdout", 0, Duration.ZERO);
            while (!chunk.text().isEmpty()) {
                text.append(chunk.text());
                chunk = client.log(view.id(), "stdout", chunk.next(), Duration.ZERO);
            }
            return text.toString();
        }

        /** The user that an agent without own id is: the service's. */
        long plainUid() {
            try {
                return ((Number) Files.getAttribute(service.run(), "unix:uid")).longValue();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private static String quoted(List<String> paths) {
            return String.join(
                    ", ", paths.stream().map(path -> "\"" + path + "\"").toList());
        }
    }

    /** Strict where this host can keep it; else flexible, and the gap is told. */
    private static String binding(AgentdClient client, Path program, Figures figures) {
        String text = CONTRACT.formatted("probe", "strict", "", "\"" + program + "\"", "", "");
        AgentView view = client.spawn(
                new Spawn(
                        UUID.randomUUID().toString(),
                        "probe.yaml",
                        text,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(program.toString(), "whoami"),
                        Map.of(),
                        false),
                AgentdClient.Until.ENDED,
                LIMIT);
        if (view.state().equals("done")) {
            figures.put("binding", "strict");
            return "strict";
        }
        figures.put("binding", "flexible").skip("strict binding", view.reason());
        return "flexible";
    }

    private static void tryAll(Bench bench, AttackTable table, Figures figures, List<String> failures)
            throws Exception {
        OutsideWorld world = bench.world();
        AgentView victim = bench.start("victim", "agentos-canary", List.of(), List.of(), victimWords(world));
        Optional<HostProcess> host = HostProcess.ofAgent(victim.id());
        long uid = host.map(HostProcess::uid).orElseGet(bench::plainUid);
        figures.put("agent_uid", uid);
        if (host.isEmpty()) {
            figures.skip("the victim's process", "its number on the host was not found");
        }
        Map<String, String> inside = insideSettings(bench, victim, host);
        Map<String, String> outside = new LinkedHashMap<>(world.victim(uid));
        outside.put("agentd", bench.service().socket().toString());
        outside.put("execd", bench.service().run().resolve("execd.sock").toString());

        List<Attack> attacks = Attacks.list(bench.program());
        List<String> planted = Stream.concat(
                        Stream.of(bench.program().toString()),
                        Optional.ofNullable(world.settings().get("planted")).stream())
                .toList();
        // One place is declared, so that there is a proxy to be met, and with its port, which it then must be asked
        // for.
        List<String> places =
                Optional.ofNullable(world.settings().get("allowed")).stream().toList();
        List<String> words = new ArrayList<>(List.of("all"));
        words.addAll(Attacks.words(inside));
        words.addAll(List.of("--workspace", "/workspace", "--declared-port", "yes"));
        AgentView batch = bench.ended(bench.start("attacker", "", planted, List.of(), places, words));
        List<Report> reports = Attacks.reports(bench.output(batch));
        List<Report> asAgent = world.control("all", outside, uid, List.of());
        List<Report> asRoot = world.isRoot() ? world.control("all", outside, 0, List.of()) : List.of();
        for (Attack attack : attacks) {
            if (attack.alone()) {
                bomb(bench, table, attack, uid, outside, figures, failures);
                continue;
            }
            // A batch that ended early leaves reports out; that is said, never passed over.
            Report report = find(reports, attack)
                    .orElseThrow(() -> new IllegalStateException("the attacker ended " + batch.state() + " ("
                            + batch.reason() + ") before " + attack.name()));
            Control control = new Control(find(asAgent, attack), find(asRoot, attack));
            table.add(attack, "", report, control, explain(bench, batch, attack, inside));
        }
        bench.client().kill(victim.id());
    }

    private static List<String> victimWords(OutsideWorld world) {
        return List.of(
                "victim",
                "--mark",
                "agentos-canary",
                "--victim-tcp",
                world.settings().getOrDefault("victim-tcp", "0"),
                "--victim-udp",
                world.settings().getOrDefault("victim-udp", "0"));
    }

    private static Map<String, String> insideSettings(Bench bench, AgentView victim, Optional<HostProcess> host)
            throws InterruptedException {
        Map<String, String> settings = new LinkedHashMap<>(bench.world().settings());
        String said = "";
        for (int i = 0; i < 200 && said.isBlank(); i++) {
            said = bench.client()
                    .log(victim.id(), "stdout", 0, Duration.ofMillis(50))
                    .text();
        }
        if (!said.isBlank()) {
            Map<?, ?> words = WireJson.read(said, Map.class);
            words.forEach((key, value) -> settings.put(String.valueOf(key), String.valueOf(value)));
        }
        host.ifPresent(process -> settings.put("victim-pid", String.valueOf(process.pid())));
        settings.put("victim-socket", victim.workspace() + "/victim.sock");
        settings.put("agentd", bench.service().socket().toString());
        settings.put("execd", bench.service().run().resolve("execd.sock").toString());
        return settings;
    }

    private static Optional<Report> find(List<Report> reports, Attack attack) {
        return reports.stream()
                .filter(report -> report.attack().equals(attack.name()))
                .findFirst();
    }

    /** A bomb in a sandbox of its own; those that fill a folder go off in each that the agent may fill. */
    private static void bomb(
            Bench bench,
            AttackTable table,
            Attack attack,
            long uid,
            Map<String, String> outside,
            Figures figures,
            List<String> failures)
            throws Exception {
        for (Variant variant : Variant.of(attack)) {
            List<String> words = new ArrayList<>(List.of(attack.name()));
            words.addAll(variant.inside());
            HostSpace before = HostSpace.of(bench.service().run());
            AgentView view = bench.ended(bench.start("bomber", "", List.of(), List.of(), words));
            // Outside, the folder to fill has another path and the same words in its name.
            Path fill = Files.createDirectories(bench.world().folder("control").resolve("workspace"));
            Files.setPosixFilePermissions(fill, PosixFilePermissions.fromString("rwxrwxrwx"));
            Optional<Report> control =
                    find(bench.world().control(attack.name(), outside, uid, variant.outside(fill)), attack);
            Report report =
                    find(Attacks.reports(bench.output(view)), attack).orElseGet(() -> silenced(attack, view, control));
            Map<String, String> settings = new LinkedHashMap<>(outside);
            settings.put("limit", variant.place());
            table.add(
                    attack,
                    variant.suffix(),
                    report,
                    new Control(control, Optional.empty()),
                    explain(bench, view, attack, settings));
            if (variant.inWorkspace()) {
                // What has a name stays for its owner to look at; without it everything must be as it was.
                figures.put(
                        "left" + variant.suffix() + " of " + attack.name() + " MiB", HostSpace.clear(view.workspace()));
                if (!before.isBack(bench.service().run())) {
                    failures.add(attack.name() + variant.suffix() + ": space or files of the host did not come back: "
                            + before + " before, "
                            + HostSpace.of(bench.service().run()) + " after");
                }
            }
        }
    }

    /** The bomb took its own sandbox down before it could say so: the exit says which limit it was. */
    private static Report silenced(Attack attack, AgentView view, Optional<Report> control) {
        String how = control.map(report -> report.tries().getFirst().how()).orElse(attack.what());
        String reason = view.exit().map(exit -> exit.reason()).orElse(view.state());
        String by = switch (reason) {
            case "oom" -> "cgroup memory limit";
            case "limit.disk" -> "agentd's watch of compute.disk";
            default ->
                throw new IllegalStateException(
                        attack.name() + " said nothing and no limit ended it: " + reason + ", " + view.reason());
        };
        return new Report(
                attack.name(), false, List.of(new Attempt(how, false, Optional.empty(), view.reason(), by, false)));
    }

    /** What the service says about it, where it says that and why it is refused. */
    private static Optional<String> explain(Bench bench, AgentView agent, Attack attack, Map<String, String> settings) {
        // An agent that a limit ended is explained by its own record.
        if (agent.exit()
                        .map(exit -> List.of("oom", "limit.disk").contains(exit.reason()))
                        .orElse(false)
                && !agent.reason().isBlank()) {
            return Optional.of("show: " + agent.reason());
        }
        Explanation said = bench.client().explain(agent.id(), attack.operation(), attack.explainedTarget(settings));
        return said.answer().equals("refused") && !said.why().isBlank()
                ? Optional.of("explain: " + said.why())
                : Optional.empty();
    }

    /** With the secret and the folder declared, the same attacks must be seen as through, or nothing above counts. */
    private static void detectorSees(Bench bench, List<String> failures) {
        Map<String, String> settings = bench.world().settings();
        String secret = settings.getOrDefault("secret", "");
        for (var wide : Map.of(
                        "read-outside", List.of(secret), "write-outside", List.of(settings.getOrDefault("outside", "")))
                .entrySet()) {
            boolean reads = wide.getKey().equals("read-outside");
            List<String> words = new ArrayList<>(List.of(wide.getKey()));
            words.addAll(Attacks.words(settings));
            AgentView view = bench.ended(bench.start(
                    "too-wide", "", reads ? wide.getValue() : List.of(), reads ? List.of() : wide.getValue(), words));
            boolean seen = Attacks.reports(bench.output(view)).stream().anyMatch(Report::through);
            if (!seen) {
                failures.add("the campaign is blind: " + wide.getKey() + " was allowed and not seen as through");
            }
        }
    }

    /** A process of this host, found by what the service puts into its environment. */
    private record HostProcess(long pid, long uid) {

        static Optional<HostProcess> ofAgent(String id) throws IOException {
            String marker = "AGENTOS_AGENT=" + id;
            try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
                return processes
                        .filter(path -> path.getFileName().toString().matches("[0-9]+"))
                        .filter(path -> hasMarker(path, marker))
                        .findFirst()
                        .map(path -> new HostProcess(
                                Long.parseLong(path.getFileName().toString()), uid(path)));
            }
        }

        private static boolean hasMarker(Path process, String marker) {
            try {
                String environment = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
                return List.of(environment.split("\0")).contains(marker);
            } catch (IOException e) {
                return false;
            }
        }

        private static long uid(Path process) {
            try {
                return ((Number) Files.getAttribute(process, "unix:uid")).longValue();
            } catch (IOException e) {
                return -1;
            }
        }
    }
}
