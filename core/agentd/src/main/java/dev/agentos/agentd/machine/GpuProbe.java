package dev.agentos.agentd.machine;

import dev.agentos.domain.gpu.Gpus;
import dev.agentos.domain.gpu.Gpus.Card;
import dev.agentos.domain.gpu.Gpus.Split;
import dev.agentos.domain.gpu.Gpus.Use;
import dev.agentos.domain.gpu.NvidiaSmi;
import dev.agentos.domain.gpu.RocmSmi;
import dev.agentos.domain.port.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Asks the makers' programs for the graphics processors. They are programs of others: each has a few seconds and a
 * megabyte, and one that hung is left alone for a minute.
 */
public final class GpuProbe {

    /** Where distributions and makers put their programs. The search path of whoever started agentd is not asked. */
    private static final List<Path> USUAL = List.of(
            Path.of("/usr/bin"), Path.of("/usr/local/bin"), Path.of("/opt/rocm/bin"), Path.of("/usr/lib/wsl/lib"));

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(60);
    /** The broker calls a sandbox's group {@code s-NUMBER}, below one of its own. */
    private static final Pattern SANDBOX = Pattern.compile("\\d+:([^:]*:/.*/s-\\d+)(?:/.*)?");

    private static final int MOST_BYTES = 1 << 20;

    private final TimeSource time;
    private final List<Path> folders;
    private final Path root;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Gpus last = Gpus.UNKNOWN;
    private long againNanos;
    private boolean asked;

    /** @param folder where the makers' programs are; empty for the usual places */
    public GpuProbe(TimeSource time, Optional<Path> folder) {
        this(time, folder.map(List::of).orElse(USUAL), Path.of("/"), PATIENCE);
    }

    /** @param root where proc, sys and dev are found; another one in tests */
    GpuProbe(TimeSource time, List<Path> folders, Path root, Duration patience) {
        this.time = time;
        this.folders = List.copyOf(folders);
        this.root = root;
        this.patience = patience;
    }

    /** What was read last, without asking. */
    public Gpus last() {
        return last;
    }

    /** What there is now, not older than some seconds. It may take as long as the makers' programs may. */
    public Gpus read() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!asked || time.nanos() - againNanos >= 0) {
                Gpus now = ask();
                last = now;
                asked = true;
                boolean trouble = now.why().contains("did not answer");
                againNanos = time.nanos() + (trouble ? AFTER_TROUBLE : FRESH).toNanos();
            }
            return last;
        } finally {
            lock.unlock();
        }
    }

    private Gpus ask() throws InterruptedException {
        List<Card> cards = new ArrayList<>();
        List<Use> uses = new ArrayList<>();
        String why = "";
        String help = "";
        Optional<Path> nvidia = program("nvidia-smi");
        if (nvidia.isPresent()) {
            try {
                nvidia(nvidia.get(), cards, uses);
                why = cards.isEmpty() ? "nvidia-smi names no card" : "";
            } catch (IOException | IllegalArgumentException e) {
                why = String.valueOf(e.getMessage());
                help = "run " + nvidia.get() + " and see what it says; reload the driver or restart the machine";
            }
        } else if (Files.exists(root.resolve("proc/driver/nvidia"))) {
            why = "the driver of NVIDIA is loaded, and nvidia-smi is not there";
            help = "install the utilities of the driver, for example nvidia-utils";
        }
        List<Card> amd = amd(cards.size());
        cards.addAll(amd);
        Optional<Path> rocm = program("rocm-smi");
        if (!amd.isEmpty() && rocm.isPresent()) {
            try {
                uses.addAll(RocmSmi.processes(run(rocm.get(), RocmSmi.PROCESSES)));
            } catch (IOException | IllegalArgumentException e) {
                why = why.isEmpty() ? String.valueOf(e.getMessage()) : why;
            }
        }
        if (cards.isEmpty() && why.isEmpty()) {
            why = "no driver of NVIDIA or AMD is loaded";
        }
        return new Gpus(cards, uses, npus(), why, help);
    }

    private void nvidia(Path program, List<Card> cards, List<Use> uses) throws IOException, InterruptedException {
        List<Card> found = NvidiaSmi.cards(run(program, NvidiaSmi.CARDS));
        boolean split = found.stream().anyMatch(card -> card.split() == Split.ON);
        cards.addAll(split ? NvidiaSmi.withInstances(found, run(program, NvidiaSmi.INSTANCES)) : found);
        if (!found.isEmpty()) {
            uses.addAll(NvidiaSmi.processes(run(program, NvidiaSmi.PROCESSES)));
        }
    }

    /** Cards whose driver is amdgpu tell their memory in sysfs. */
    private List<Card> amd(int from) {
        List<Card> cards = new ArrayList<>();
        for (Path card : entries("sys/class/drm")) {
            String name = card.getFileName().toString();
            Optional<Long> total = number(card.resolve("device/mem_info_vram_total"));
            if (name.matches("card\\d+") && total.isPresent()) {
                cards.add(new Card(
                        from + cards.size(),
                        name,
                        "AMD " + name,
                        total.get(),
                        number(card.resolve("device/mem_info_vram_used")).orElse(0L),
                        Split.NONE,
                        List.of(),
                        ""));
            }
        }
        return cards;
    }

    /** Processors for models beside graphics processors: the kernel's class {@code accel}. */
    private List<String> npus() {
        return entries("sys/class/accel").stream()
                .map(device -> "an NPU (" + device.getFileName() + ", driver " + driver(device) + ")")
                .toList();
    }

    private static String driver(Path device) {
        try {
            return String.valueOf(device.resolve("device/driver").toRealPath().getFileName());
        } catch (IOException e) {
            return "unknown";
        }
    }

    private List<Path> entries(String relative) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root.resolve(relative))) {
            List<Path> entries = new ArrayList<>();
            stream.forEach(entries::add);
            entries.sort(null);
            return entries;
        } catch (IOException e) {
            // No such class of devices.
            return List.of();
        }
    }

    private static Optional<Long> number(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The control groups that a process is in.
     *
     * @param names of all of them, from the outermost; nothing where the process is gone
     * @param sandboxes those of the sandbox that it is in; none where it is in no sandbox. Two processes that have one in
     *     common are in one sandbox
     */
    public record Groups(List<String> names, Set<String> sandboxes) {
        public Groups {
            names = List.copyOf(names);
            sandboxes = Set.copyOf(sandboxes);
        }
    }

    /** What the kernel says of a process; empty where it is gone. */
    public Groups groups(long pid) {
        List<String> lines;
        try {
            lines = Files.readAllLines(root.resolve("proc/" + pid + "/cgroup"));
        } catch (IOException e) {
            lines = List.of();
        }
        return new Groups(
                lines.stream()
                        .map(line -> line.substring(line.lastIndexOf(':') + 1))
                        .flatMap(path -> List.of(path.split("/")).stream())
                        .filter(name -> !name.isEmpty())
                        .distinct()
                        .toList(),
                lines.stream()
                        .map(SANDBOX::matcher)
                        .filter(Matcher::matches)
                        .map(sandbox -> sandbox.group(1))
                        .collect(Collectors.toSet()));
    }

    private Optional<Path> program(String name) {
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private String run(Path program, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(Map.of("LC_ALL", "C", "PATH", "/usr/bin:/bin"));
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            CompletableFuture<byte[]> output = new CompletableFuture<>();
            Thread.ofVirtual().name("gpu-output").start(() -> {
                try (InputStream in = process.getInputStream()) {
                    output.complete(in.readNBytes(MOST_BYTES));
                } catch (IOException e) {
                    output.completeExceptionally(e);
                }
            });
            long end = System.nanoTime() + patience.toNanos();
            String text = new String(output.get(patience.toNanos(), TimeUnit.NANOSECONDS), StandardCharsets.UTF_8);
            if (!process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                throw slow(program);
            }
            if (process.exitValue() != 0) {
                throw new IOException(program.getFileName() + " failed: "
                        + text.lines()
                                .filter(line -> !line.isBlank())
                                .findFirst()
                                .map(GpuProbe::shortened)
                                .orElse("exit code " + process.exitValue()));
            }
            return text;
        } catch (TimeoutException e) {
            throw slow(program);
        } catch (ExecutionException e) {
            throw new IOException(program.getFileName() + " could not be read", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private IOException slow(Path program) {
        return new IOException(program.getFileName() + " did not answer in " + patience.toMillis() + " ms");
    }

    private static String shortened(String line) {
        String clean = line.replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]", "?");
        return clean.length() <= 200 ? clean : clean.substring(0, 200) + "…";
    }
}
