package dev.agentos.testkit.bench;

import dev.agentos.testkit.service.Figures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Runs of {@code true} by crun, with the host's own tree as a read-only root, as bwrap is given it. crun refuses hosts that
 * have control groups of both versions; there it runs in a mount namespace of its own that shows version 2 alone, and
 * entering that is part of each run.
 */
final class Crun implements AutoCloseable {

    private final Path program;
    private final Path bundle;
    private final List<String> entering;
    private final Optional<Process> holder;

    private Crun(Path program, Path bundle, List<String> entering, Optional<Process> holder) {
        this.program = program;
        this.bundle = bundle;
        this.entering = entering;
        this.holder = holder;
    }

    /** crun as it runs here; empty where it does not, and the figures say why. */
    static Optional<Crun> here(Figures figures) throws IOException, InterruptedException {
        Optional<Path> program = SpawnBench.find("crun");
        if (program.isEmpty()) {
            figures.skip("crun", "crun is not installed; apt-get install crun");
            return Optional.empty();
        }
        Path bundle = Files.createTempDirectory("agentos-crun");
        Files.createDirectory(bundle.resolve("state"));
        Files.createDirectory(bundle.resolve("root"));
        Crun direct = new Crun(program.get(), bundle, List.of(), Optional.empty());
        direct.configure("/");
        String refusal = direct.tried();
        if (refusal.isEmpty()) {
            return Optional.of(direct);
        }
        Optional<Crun> apart = direct.apart();
        String second = apart.isPresent() ? apart.get().tried() : "no mount namespace could be made for it";
        if (second.isEmpty()) {
            return apart;
        }
        apart.orElse(direct).close();
        figures.skip("crun", "it runs no container here: " + refusal + "; apart: " + second);
        return Optional.empty();
    }

    /** The same in a mount namespace that a process of ours keeps. */
    private Optional<Crun> apart() throws IOException {
        configure(bundle.resolve("root").toString());
        Process process = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "mount -t cgroup2 none /sys/fs/cgroup && mount --rbind / \"$1\" && echo ready && read -r _",
                        "sh",
                        bundle.resolve("root").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] said = process.getInputStream().readNBytes("ready\n".length());
        if (!new String(said, StandardCharsets.UTF_8).equals("ready\n")) {
            end(process);
            return Optional.empty();
        }
        List<String> entering = List.of("nsenter", "--mount=/proc/" + process.pid() + "/ns/mnt", "--");
        return Optional.of(new Crun(program, bundle, entering, Optional.of(process)));
    }

    private void configure(String root) throws IOException {
        Files.writeString(
                bundle.resolve("config.json"),
                "{\"ociVersion\":\"1.0.2\",\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"/usr/bin/true\"],"
                        + "\"cwd\":\"/\",\"noNewPrivileges\":true},\"root\":{\"path\":\"" + root
                        + "\",\"readonly\":true},"
                        + "\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}],"
                        + "\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"},{\"type\":\"ipc\"},"
                        + "{\"type\":\"uts\"},{\"type\":\"mount\"}]}}");
    }

    /** The command of a fresh run. */
    List<String> words() {
        List<String> words = new ArrayList<>(entering);
        words.addAll(List.of(
                program.toString(),
                "--root",
                bundle.resolve("state").toString(),
                "--cgroup-manager",
                "disabled",
                "run",
                "--bundle",
                bundle.toString(),
                "agentos-bench-" + UUID.randomUUID()));
        return words;
    }

    /** A command that does what comes before crun in {@link #words}, and no more; empty where nothing does. */
    Optional<List<String>> enteringAlone() {
        if (entering.isEmpty()) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>(entering);
        words.add("/usr/bin/true");
        return Optional.of(words);
    }

    /** Why a run does not work; empty when it does. */
    private String tried() throws IOException, InterruptedException {
        Process first = new ProcessBuilder(words()).redirectErrorStream(true).start();
        String said = new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return first.waitFor() == 0 ? "" : said.isEmpty() ? "it ended with " + first.exitValue() : said;
    }

    private static void end(Process process) {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() throws IOException {
        holder.ifPresent(Crun::end);
        SpawnBench.delete(bundle);
    }
}
