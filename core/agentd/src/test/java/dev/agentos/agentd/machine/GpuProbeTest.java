package dev.agentos.agentd.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.domain.gpu.Gpus;
import dev.agentos.domain.gpu.Gpus.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The makers' programs, scripted: well, not there, hanging, talking nonsense, and with a card that is split. */
@Timeout(30)
class GpuProbeTest {

    static final String WELL = """
            case "$1" in
            --query-gpu*) echo '0, GPU-aa, NVIDIA T4, 15360, 900, [N/A], Default' ;;
            --query-compute-apps*) echo "4711, GPU-aa, python3, 800" ;;
            *) exit 9 ;;
            esac
            """;

    private final ManualTimeSource time = new ManualTimeSource();
    private Path tools;
    private Path root;

    @BeforeEach
    void folders(@TempDir Path folder) throws IOException {
        tools = Files.createDirectory(folder.resolve("tools"));
        root = Files.createDirectory(folder.resolve("root"));
    }

    static void script(Path folder, String name, String body) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private void file(String relative, String text) throws IOException {
        Path file = root.resolve(relative);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private GpuProbe probe(Duration patience) {
        return new GpuProbe(time, List.of(tools), root, patience);
    }

    private Gpus read() throws InterruptedException {
        return probe(Duration.ofSeconds(10)).read();
    }

    @Test
    void aCardThatIsWellIsToldWithItsProcesses() throws Exception {
        script(tools, "nvidia-smi", WELL);
        Gpus gpus = read();
        assertEquals("", gpus.why());
        assertEquals("NVIDIA T4, 900 MiB of 15360 MiB used", gpus.sentence());
        assertEquals(4711, gpus.processes().getFirst().pid());
    }

    @Test
    void whereNothingIsThereItSaysWhy() throws Exception {
        assertEquals("no GPU here: no driver of NVIDIA or AMD is loaded", read().sentence());
        file("proc/driver/nvidia/version", "NVRM");
        Gpus half = read();
        assertEquals("no GPU here: the driver of NVIDIA is loaded, and nvidia-smi is not there", half.sentence());
        assertEquals("install the utilities of the driver, for example nvidia-utils", half.help());
    }

    @Test
    void aProgramThatHangsIsEndedWithItsChildrenAndLeftAloneForAMinute() throws Exception {
        Path asked = root.resolve("asked");
        script(tools, "nvidia-smi", "echo x >> " + asked + "\nsleep 1000 &\necho $! > " + root + "/child\nwait\n");
        GpuProbe probe = probe(Duration.ofMillis(700));
        assertEquals(
                "no GPU here: nvidia-smi did not answer in 700 ms", probe.read().sentence());
        long child = Long.parseLong(Files.readString(root.resolve("child")).strip());
        assertEquals(false, ProcessHandle.of(child).map(GpuProbeTest::runs).orElse(false));
        time.advance(Duration.ofSeconds(59));
        probe.read();
        assertEquals(1, Files.readAllLines(asked).size());
        time.advance(Duration.ofSeconds(2));
        probe.read();
        assertEquals(2, Files.readAllLines(asked).size());
    }

    /** Whether it still does anything: what was ended may wait for its parent to hear of it. */
    private static boolean runs(ProcessHandle process) {
        try {
            process.onExit().get(5, java.util.concurrent.TimeUnit.SECONDS);
            return false;
        } catch (Exception e) {
            return process.isAlive();
        }
    }

    @Test
    void nonsenseAndFailuresAreToldInItsOwnWords() throws Exception {
        script(tools, "nvidia-smi", "echo 'Segmentation fault, core'\n");
        assertEquals(
                "no GPU here: nvidia-smi printed what cannot be read: Segmentation fault, core", read().sentence());
        script(tools, "nvidia-smi", "echo 'NVIDIA-SMI has failed: no driver' >&2; exit 9\n");
        assertEquals("no GPU here: nvidia-smi failed: NVIDIA-SMI has failed: no driver", read().sentence());
        script(tools, "nvidia-smi", "yes 0123456789 | head -c 3000000\n");
        assertTrue(read().why().startsWith("nvidia-smi "), () -> "it ends");
        script(tools, "nvidia-smi", "exit 0\n");
        assertEquals("no GPU here: nvidia-smi names no card", read().sentence());
    }

    @Test
    void aCardThatIsSplitIsToldWithItsInstances() throws Exception {
        script(tools, "nvidia-smi", """
                case "$1" in
                --query-gpu*) echo '0, GPU-aa, NVIDIA A100, 40960, 30, Enabled, Default' ;;
                -L) echo 'GPU 0: NVIDIA A100 (UUID: GPU-aa)'; echo '  MIG 3g.20gb     Device  0: (UUID: MIG-1)' ;;
                --query-compute-apps*) echo "4711, GPU-aa, python3, [N/A]" ;;
                esac
                """);
        Gpus gpus = read();
        assertEquals(Split.ON, gpus.cards().getFirst().split());
        assertEquals(List.of("3g.20gb"), gpus.cards().getFirst().instances());
        assertEquals(2, gpus.notes().size());
    }

    @Test
    void amdsCardsAreReadFromTheKernelAndTheirProcessesFromTheProgram() throws Exception {
        file("sys/class/drm/card1/device/mem_info_vram_total", "8589934592\n");
        file("sys/class/drm/card1/device/mem_info_vram_used", "1048576\n");
        file("sys/class/drm/card1-DP-1/status", "connected\n");
        script(tools, "rocm-smi", "echo '{\"system\": {\"PID9\": \"ollama, 1, 524288, 0, 0\"}}'\n");
        Gpus gpus = read();
        assertEquals("AMD card1, 1 MiB of 8192 MiB used", gpus.sentence());
        assertEquals(9, gpus.processes().getFirst().pid());
    }

    @Test
    void anNpuIsToldWithItsDriver() throws Exception {
        Path driver = Files.createDirectories(root.resolve("drivers/intel_vpu"));
        Files.createDirectories(root.resolve("sys/class/accel/accel0/device"));
        Files.createSymbolicLink(root.resolve("sys/class/accel/accel0/device/driver"), driver);
        assertEquals(List.of("an NPU (accel0, driver intel_vpu)"), read().npus());
    }

    @Test
    void processesOfOneSandboxHaveAGroupInCommon() throws Exception {
        file("proc/4711/cgroup", "8:pids:/agentos-execd-9/s-1\n9:name=systemd:/\n0::/system.slice/x.service\n");
        file("proc/4712/cgroup", "8:pids:/agentos-execd-9/s-1/below\n");
        file("proc/4713/cgroup", "8:pids:/agentos-execd-9/s-12\n0::/s-1\n");
        GpuProbe probe = probe(Duration.ofSeconds(1));
        GpuProbe.Groups first = probe.groups(4711);
        assertEquals(
                new GpuProbe.Groups(
                        List.of("agentos-execd-9", "s-1", "system.slice", "x.service"),
                        Set.of("pids:/agentos-execd-9/s-1")),
                first);
        assertEquals(first.sandboxes(), probe.groups(4712).sandboxes());
        assertEquals(Set.of("pids:/agentos-execd-9/s-12"), probe.groups(4713).sandboxes());
        assertEquals(new GpuProbe.Groups(List.of(), Set.of()), probe.groups(1));
    }
}
