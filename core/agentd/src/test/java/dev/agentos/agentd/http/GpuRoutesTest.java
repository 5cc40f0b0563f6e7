package dev.agentos.agentd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.bridge.wire.GpuWire.AgentMemory;
import dev.agentos.bridge.wire.GpuWire.GpuReport;
import dev.agentos.bridge.wire.GpuWire.UseView;
import dev.agentos.domain.gpu.Gpus;
import dev.agentos.domain.gpu.NvidiaSmi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GpuRoutesTest {

    private static final long MIB = 1024 * 1024;

    @Test
    void processesAreMatchedToAgentsAndProvidersByTheirGroups() {
        Gpus gpus = new Gpus(
                NvidiaSmi.cards("0, GPU-aa, NVIDIA T4, 15360, 900, [N/A], Default"),
                NvidiaSmi.processes("""
                        1, GPU-aa, python3, 300
                        2, GPU-aa, python3, 400
                        3, GPU-aa, ollama, 100
                        4, GPU-aa, Xorg, [N/A]
                        """),
                List.of(),
                "",
                "");
        GpuReport report = GpuRoutes.report(
                gpus,
                pid -> List.of("agents", "agent-a-00" + pid + ".1"),
                Map.of("agent-a-001.1", "agent-a-001", "agent-a-002.1", "agent-a-002"),
                Map.of("agent-a-001", 500 * MIB, "agent-a-003", 64 * MIB),
                (_, program) -> program.equals("ollama") ? "ollama" : "");
        assertEquals(
                List.of(
                        new UseView(1, "GPU-aa", "python3", 300 * MIB, "agent-a-001", ""),
                        new UseView(2, "GPU-aa", "python3", 400 * MIB, "agent-a-002", ""),
                        new UseView(3, "GPU-aa", "ollama", 100 * MIB, "", "ollama"),
                        new UseView(4, "GPU-aa", "Xorg", -1, "", "")),
                report.processes());
        assertEquals(
                List.of(
                        new AgentMemory("agent-a-001", 500 * MIB, 300 * MIB, false),
                        new AgentMemory("agent-a-002", 0, 400 * MIB, true),
                        new AgentMemory("agent-a-003", 64 * MIB, 0, false)),
                report.agents());
    }

    @Test
    void whatTheMakersProgramSaysIsToldByTheDoorTheDoctorAndAdmission(@TempDir Path folder) throws Exception {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        Path smi = tools.resolve("nvidia-smi");
        Files.writeString(smi, """
                #!/bin/sh
                case "$1" in
                --query-gpu*) echo '0, GPU-aa, NVIDIA T4, 15360, 900, [N/A], Default' ;;
                esac
                """);
        Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwx------"));
        try (TestAgentd agentd = TestAgentd.startWithGpuTools(Files.createDirectory(folder.resolve("a")), tools)) {
            Reply gpu = agentd.door.get("/v1/gpu");
            assertEquals(200, gpu.status(), gpu.body());
            assertEquals("NVIDIA T4, 900 MiB of 15360 MiB used", gpu.text("sentence"));
            assertTrue(agentd.door.get("/v1/doctor").body().contains("NVIDIA T4"), () -> "the doctor knows it");
            assertTrue(agentd.door.get("/v1/models").body().contains("NVIDIA T4"), () -> "so do the models");
            // The first look may still be on its way to admission.
            String promised = "\"gpu_memory_bytes\":" + 15_360 * MIB;
            for (int i = 0; i < 500 && !agentd.door.get("/v1/status").body().contains(promised); i++) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertTrue(agentd.door.get("/v1/status").body().contains(promised));
            Reply fits = agentd.spawn("k", TestAgentd.sleeper("g", "").replace("mem:", "gpu_mem: 1GiB, mem:"));
            assertEquals(200, fits.status(), fits.body());
            String agents = agentd.door.get("/v1/gpu").body();
            assertTrue(agents.contains("\"promised_bytes\":1073741824"), agents);
        }
    }

    @Test
    void whereThereIsNoneEveryoneSaysWhy(@TempDir Path folder) throws Exception {
        try (TestAgentd agentd = TestAgentd.start(folder)) {
            Reply gpu = agentd.door.get("/v1/gpu");
            String why = gpu.text("sentence");
            // A machine with cards of AMD tells them without any program.
            assertTrue(why.startsWith("no GPU here: ") || why.contains("AMD"), why);
            assertTrue(agentd.door.get("/v1/doctor").body().contains(why));
        }
    }
}
