package dev.agentos.testkit.prove;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.testkit.prove.Attacks.Report;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What the attacks try to reach (a secret, services, planted programs), and the control runs: the same programs outside
 * any sandbox, as the user that the agents are on this host.
 */
final class OutsideWorld implements AutoCloseable {

    private static final long LIMIT_SECONDS = 120;

    private final Path program;
    private final Path folder;
    private final boolean root;
    private final Map<String, String> settings;
    private final List<Process> running = new ArrayList<>();

    private OutsideWorld(Path program, Path folder, boolean root, Map<String, String> settings) {
        this.program = program;
        this.folder = folder;
        this.root = root;
        this.settings = settings;
    }

    /** Arranges everything in a folder of its own that other users can enter, and that is no agent's {@code /tmp}. */
    static OutsideWorld open(Path program, boolean root) throws IOException {
        Path folder = Files.createTempDirectory(Path.of("/var/tmp"), "agentos-outside");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> settings = new TreeMap<>();
        OutsideWorld world = new OutsideWorld(program, folder, root, settings);
        Process serving = new ProcessBuilder(program.toString(), "serve", "--dir", folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        world.running.add(serving);
        world.read(firstLine(serving));
        for (String name : List.of("control", "exchange", "control-exchange")) {
            Path place = Files.createDirectories(folder.resolve(name));
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        return world;
    }

    private void read(String json) {
        Map<?, ?> said = WireJson.read(json, Map.class);
        said.forEach((key, value) -> settings.put(String.valueOf(key), String.valueOf(value)));
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        String line = reader.readLine();
        if (line == null) {
            throw new IOException("the attack program ended without a word");
        }
        return line;
    }

    /** Settings for an attack, inside and outside. */
    Map<String, String> settings() {
        return Collections.unmodifiableMap(settings);
    }

    Path folder(String name) {
        return folder.resolve(name);
    }

    boolean isRoot() {
        return root;
    }

    /** A victim outside, of the same kind as the agent that is one inside; answers the settings that lead to it. */
    Map<String, String> victim(long uid) throws IOException {
        Path control = folder.resolve("control");
        List<String> words = new ArrayList<>(as(uid));
        words.addAll(
                List.of(program.toString(), "victim", "--mark", "agentos-canary", "--workspace", control.toString()));
        words.addAll(Attacks.words(settings));
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("VICTIM", "agentos-canary");
        Process process = builder.start();
        running.add(process);
        Map<String, String> found = new LinkedHashMap<>(settings);
        Map<?, ?> said = WireJson.read(firstLine(process), Map.class);
        said.forEach((key, value) -> found.put(String.valueOf(key), String.valueOf(value)));
        // setpriv becomes the program, so the process is the victim itself.
        found.put("victim-pid", String.valueOf(process.pid()));
        found.put("victim-socket", control.resolve("victim.sock").toString());
        return found;
    }

    /** Runs an attack outside, as that user. */
    List<Report> control(String attack, Map<String, String> with, long uid, List<String> more)
            throws IOException, InterruptedException {
        Path control = folder.resolve("control");
        List<String> words = new ArrayList<>(as(uid));
        words.addAll(List.of(program.toString(), attack, "--control"));
        words.addAll(Attacks.words(with));
        words.addAll(List.of(
                "--scratch",
                control.toString(),
                "--workspace",
                control.toString(),
                "--exchange",
                folder.resolve("control-exchange").toString()));
        words.addAll(more);
        return Attacks.reports(run(words));
    }

    /** Runs the program outside and answers what it printed. */
    String outside(long uid, List<String> arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(as(uid));
        words.add(program.toString());
        words.addAll(arguments);
        return run(words);
    }

    private String run(List<String> words) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "control", ".out");
        Process process = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", words.subList(0, Math.min(8, words.size()))) + " does not end");
        }
        return Files.readString(output);
    }

    private List<String> as(long uid) {
        return root && uid != 0
                ? List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--inh-caps=-all")
                : List.of();
    }

    /** Whether anything of this machine is worth a complaint after the bombs: the program still starts, and at once. */
    double startMillis() throws IOException, InterruptedException {
        long from = System.nanoTime();
        run(List.of(program.toString(), "whoami"));
        return (System.nanoTime() - from) / 1e6;
    }

    @Override
    public void close() throws IOException {
        for (Process process : running) {
            process.destroy();
            try {
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
