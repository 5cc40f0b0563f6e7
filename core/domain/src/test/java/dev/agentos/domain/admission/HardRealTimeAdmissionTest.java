package dev.agentos.domain.admission;

import static dev.agentos.domain.admission.AdmissionCases.GIB;
import static dev.agentos.domain.admission.AdmissionCases.LAPTOP;
import static dev.agentos.domain.admission.AdmissionCases.contract;
import static dev.agentos.domain.admission.AdmissionCases.rejected;
import static dev.agentos.domain.admission.AdmissionCases.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.contract.ContractDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HardRealTimeAdmissionTest {

    private static ContractDocument hrt(double wcetMillis) {
        return contract("""
                class: { latency: HRT }
                modelPolicy: { allow: [] }
                compute: { cpu: "0.01", mem: 1MiB, pids: 1 }
                runtime: { process: { command: [/bin/true] } }
                schedule: { period_ms: 10, deadline_ms: 10, wcet_ms: %s }
                """.formatted(wcetMillis));
    }

    @Test
    void hardRealTimeAgentsArePartitionedOntoCores() {
        Ledger ledger = Ledger.empty(with(LAPTOP, 2, 8 * GIB, 1000, Set.of()));
        List<Integer> cores = new ArrayList<>();
        for (double wcet : List.of(6.0, 6.0, 3.0, 2.0)) {
            Verdict verdict = Admission.decide(hrt(wcet), ledger, List.of());
            Reservation reservation =
                    assertInstanceOf(Verdict.Admitted.class, verdict).reservation();
            assertEquals(wcet / 10, reservation.hrtUtilisation(), 1e-9);
            cores.add(reservation.hrtCore().orElseThrow());
            ledger = ledger.with("a" + cores.size(), reservation);
        }
        assertEquals(List.of(0, 1, 0, 1), cores);
        assertEquals(
                List.of(new Item(
                        "hrt utilisation",
                        "20 % of a core",
                        "15 % on core 1, 5 % on core 0",
                        "c.yaml:8:1 (schedule)",
                        "lengthen deadline_ms, lower wcet_ms, or end another HRT agent")),
                rejected(Admission.decide(hrt(2), ledger, List.of())));
        assertEquals(
                1,
                assertInstanceOf(Verdict.Admitted.class, Admission.decide(hrt(1.5), ledger, List.of()))
                        .reservation()
                        .hrtCore()
                        .orElseThrow());
    }

    @Test
    void noCoreIsEverPromisedBeyondItsHardRealTimeShare() {
        Ledger ledger = Ledger.empty(with(LAPTOP, 3, 8 * GIB, 1000, Set.of()));
        double promised = 0;
        for (int i = 0; i < 60; i++) {
            double wcet = 0.5 + (i * 7 % 30) / 10.0;
            if (Admission.decide(hrt(wcet), ledger, List.of()) instanceof Verdict.Admitted admitted) {
                ledger = ledger.with("a" + i, admitted.reservation());
                promised += wcet / 10;
            }
        }
        assertTrue(
                ledger.hrtLoads().stream().allMatch(load -> load <= Machine.HRT_SHARE + 1e-9), ledger.hrtLoads() + "");
        assertEquals(promised, ledger.hrtLoads().stream().mapToDouble(d -> d).sum(), 1e-9);
        assertTrue(promised > 3 * (Machine.HRT_SHARE - 0.06), "the cores are filled: " + promised);
    }

    /** A deadline shorter than the period takes the share that it needs to be kept, not the one that it uses. */
    @Test
    void aShortDeadlineReservesItsDensity() {
        ContractDocument tight = contract("""
                class: { latency: HRT }
                modelPolicy: { allow: [] }
                compute: { cpu: "0.01", mem: 1MiB, pids: 1 }
                runtime: { process: { command: [/bin/true] } }
                schedule: { period_ms: 100, deadline_ms: 10, wcet_ms: 5 }
                """);
        Ledger ledger = Ledger.empty(with(LAPTOP, 1, 8 * GIB, 1000, Set.of()));
        Reservation reservation = assertInstanceOf(Verdict.Admitted.class, Admission.decide(tight, ledger, List.of()))
                .reservation();
        assertEquals(0.5, reservation.hrtUtilisation(), 1e-9);
        assertEquals(
                List.of("45 % on core 0"),
                rejected(Admission.decide(tight, ledger.with("a", reservation), List.of())).stream()
                        .map(Item::available)
                        .toList());
    }

    /** Linux, kernel/sched/deadline.c: {@code to_ratio} with 20 bits after the point, and {@code __dl_overflow}. */
    private static boolean kernelAdmits(List<long[]> tasks, int cores) {
        long allowed = (950_000L << 20) / 1_000_000;
        long total = tasks.stream().mapToLong(task -> (task[0] << 20) / task[1]).sum();
        return total <= allowed * cores;
    }

    @Test
    void whatWeAdmitTheKernelAdmits() {
        Random random = new Random(42);
        int admitted = 0;
        for (int round = 0; round < 300; round++) {
            int cores = 1 + random.nextInt(4);
            Ledger ledger = Ledger.empty(with(LAPTOP, cores, 64 * GIB, 100_000, Set.of()));
            List<long[]> tasks = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                int period = 1 + random.nextInt(40);
                int deadline = 1 + random.nextInt(Math.min(period, 20));
                double wcet = Math.max(0.01, Math.round(deadline * random.nextDouble() * 1000) / 1000.0);
                ContractDocument document = contract("""
                        class: { latency: HRT }
                        modelPolicy: { allow: [] }
                        compute: { cpu: "0.01", mem: 1MiB, pids: 1 }
                        runtime: { process: { command: [/bin/true] } }
                        schedule: { period_ms: %d, deadline_ms: %d, wcet_ms: %s }
                        """.formatted(period, deadline, wcet));
                if (Admission.decide(document, ledger, List.of()) instanceof Verdict.Admitted yes) {
                    ledger = ledger.with("a" + i, yes.reservation());
                    tasks.add(new long[] {Math.round(wcet * 1_000_000), period * 1_000_000L});
                    admitted++;
                }
            }
            assertTrue(kernelAdmits(tasks, cores), () -> "the kernel would refuse one of " + tasks.size());
        }
        assertTrue(admitted > 1_000, "the test admits at all: " + admitted);
    }

    @Test
    void aScheduleInAnotherClassReservesNothing() {
        ContractDocument srt = contract("""
                class: { latency: SRT }
                modelPolicy: { allow: [] }
                schedule: { period_ms: 10, deadline_ms: 10, wcet_ms: 9.6 }
                """);
        Verdict verdict = Admission.decide(srt, Ledger.empty(LAPTOP), List.of());
        assertEquals(
                Optional.empty(),
                assertInstanceOf(Verdict.Admitted.class, verdict).reservation().hrtCore());
    }
}
