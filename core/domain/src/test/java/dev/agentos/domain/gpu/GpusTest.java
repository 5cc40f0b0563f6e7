package dev.agentos.domain.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.doctor.Finding;
import dev.agentos.domain.gpu.Gpus.Card;
import dev.agentos.domain.gpu.Gpus.Split;
import dev.agentos.domain.gpu.Gpus.Use;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GpusTest {

    private static final long MIB = 1024 * 1024;
    private static final String TWO = """
            0, GPU-aa, NVIDIA A100-SXM4-40GB, 40960, 512, Enabled, Default
            1, GPU-bb, NVIDIA GeForce RTX 4090, 24564, 0, [N/A], Exclusive_Process
            """;

    @Test
    void cardsAreReadWithTheirMemoryAndWhetherTheyAreSplit() {
        assertEquals(
                List.of(
                        new Card(
                                0,
                                "GPU-aa",
                                "NVIDIA A100-SXM4-40GB",
                                40_960 * MIB,
                                512 * MIB,
                                Split.ON,
                                List.of(),
                                "Default"),
                        new Card(
                                1,
                                "GPU-bb",
                                "NVIDIA GeForce RTX 4090",
                                24_564 * MIB,
                                0,
                                Split.NONE,
                                List.of(),
                                "Exclusive_Process")),
                NvidiaSmi.cards(TWO));
        assertEquals(List.of(), NvidiaSmi.cards("\n"));
    }

    @Test
    void instancesBelongToTheCardAboveThem() {
        List<Card> cards = NvidiaSmi.withInstances(NvidiaSmi.cards(TWO), """
                GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aa)
                  MIG 3g.20gb     Device  0: (UUID: MIG-1)
                  MIG 1g.5gb      Device  1: (UUID: MIG-2)
                GPU 1: NVIDIA GeForce RTX 4090 (UUID: GPU-bb)
                nonsense
                """);
        assertEquals(List.of("3g.20gb", "1g.5gb"), cards.getFirst().instances());
        assertEquals(List.of(), cards.getLast().instances());
        Gpus gpus = new Gpus(cards, List.of(), List.of(), "", "");
        assertEquals(
                List.of("MIG splits GPU 0 into 3g.20gb, 1g.5gb: a program has at most the memory of its instance"),
                gpus.notes());
    }

    @Test
    void processesAreReadAlsoWhereTheirNameHasCommasOrTheirMemoryIsNotTold() {
        List<Use> uses = NvidiaSmi.processes("""
                12, GPU-aa, /usr/bin/python3 a,b, 300
                13, GPU-aa, nvidia-cuda-mps-server, [N/A]
                """);
        assertEquals(
                List.of(
                        new Use(12, "GPU-aa", "/usr/bin/python3 a,b", OptionalLong.of(300 * MIB)),
                        new Use(13, "GPU-aa", "nvidia-cuda-mps-server", OptionalLong.empty())),
                uses);
        Gpus gpus = new Gpus(NvidiaSmi.cards(TWO), uses, List.of("an NPU (accel0, driver intel_vpu)"), "", "");
        assertTrue(gpus.isShared());
        assertEquals(
                List.of(
                        "MPS is on: programs share a GPU at the same time, and each one's memory is its own",
                        "the driver does not tell the memory of every program",
                        "an NPU (accel0, driver intel_vpu) is here; agentd runs no model on it"),
                gpus.notes().subList(1, 4));
        assertEquals("2 GPUs, 512 MiB of 65524 MiB used", gpus.sentence());
    }

    @Test
    void whatIsUnreadableSaysWhich() {
        for (String line : List.of(
                "No devices were found",
                "0, GPU-aa, name, many, 1, Enabled, Default",
                "0, GPU-aa, name, 99999999999999999999, 1, Enabled, Default",
                "-1, GPU-aa, name, 1, 1, Enabled, Default",
                ",,,,,,")) {
            assertEquals(
                    "nvidia-smi printed what cannot be read: " + line,
                    assertThrows(IllegalArgumentException.class, () -> NvidiaSmi.cards(line))
                            .getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> NvidiaSmi.processes("12, GPU-aa"));
        assertEquals(
                "nvidia-smi printed what cannot be read: ?[31mred",
                assertThrows(IllegalArgumentException.class, () -> NvidiaSmi.processes("\u001b[31mred"))
                        .getMessage());
    }

    @Test
    void nothingThatIsPrintedBreaksTheReaders() {
        Random random = new Random(3);
        String alphabet = "0123456789,[]{}\":GPU-MIG aPID\n\u0000é";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            for (Runnable reader : List.<Runnable>of(
                    () -> NvidiaSmi.cards(text.toString()),
                    () -> NvidiaSmi.processes(text.toString()),
                    () -> NvidiaSmi.withInstances(List.of(), text.toString()),
                    () -> RocmSmi.processes(text.toString()))) {
                try {
                    reader.run();
                } catch (IllegalArgumentException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("-smi printed"), e::toString);
                }
            }
        }
    }

    @Test
    void theProcessesOfAmdsCardsAreReadFromJson() {
        assertEquals(
                List.of(new Use(77, "", "python3", OptionalLong.of(1_048_576))),
                RocmSmi.processes("{\"system\": {\"PID77\": \"python3, 1, 1048576, 0, 0\", \"other\": \"x\"}}"));
        assertEquals(List.of(), RocmSmi.processes("\n"));
    }

    @Test
    void theDoctorSaysWhyThereIsNone() {
        Finding none = new Gpus(List.of(), List.of(), List.of(), "no driver of NVIDIA or AMD is loaded", "").finding();
        assertEquals(Finding.NOTE, none.state());
        assertEquals("no GPU here: no driver of NVIDIA or AMD is loaded", none.what());
        assertEquals(List.of("compute.gpu_mem"), none.contractLines());
        assertFalse(none.isGap());
        assertEquals(
                Finding.OK,
                new Gpus(NvidiaSmi.cards(TWO), List.of(), List.of(), "", "")
                        .finding()
                        .state());
    }
}
