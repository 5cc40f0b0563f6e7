package dev.agentos.domain.admission;

import static dev.agentos.domain.admission.AdmissionCases.GIB;
import static dev.agentos.domain.admission.AdmissionCases.LAPTOP;
import static dev.agentos.domain.admission.AdmissionCases.bound;
import static dev.agentos.domain.admission.AdmissionCases.contract;
import static dev.agentos.domain.admission.AdmissionCases.rejected;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceAdmissionTest {

    private static ContractDocument srt(String compute) {
        return contract("class: { latency: SRT }\nmodelPolicy: { allow: [] }\ncompute: { " + compute + " }\n");
    }

    private static Ledger promise(Ledger ledger, String agent, Verdict verdict) {
        return ledger.with(
                agent, assertInstanceOf(Verdict.Admitted.class, verdict).reservation());
    }

    @Test
    void whatIsPromisedIsNotPromisedTwice() {
        Ledger ledger = Ledger.empty(LAPTOP);
        for (int i = 0; i < 3; i++) {
            ledger = promise(
                    ledger, "a" + i, Admission.decide(srt("cpu: \"1\", mem: 2GiB, pids: 300"), ledger, List.of()));
        }
        assertEquals(1000, ledger.freeCpuMillis());
        assertEquals(2 * GIB, ledger.freeMemoryBytes());
        assertEquals(100, ledger.freePids());
        List<Item> items = rejected(Admission.decide(srt("cpu: \"1.5\", mem: 3GiB, pids: 101"), ledger, List.of()));
        assertEquals(
                List.of("1 free of 4", "2 GiB free of 8 GiB", "100 free of 1000"),
                items.stream().map(Item::available).toList());
        assertEquals(
                "end or pause another agent, or set binding: flexible",
                items.getFirst().help());
        assertInstanceOf(
                Verdict.Admitted.class,
                Admission.decide(srt("cpu: \"1.5\", mem: 3GiB, pids: 101"), ledger.without("a1"), List.of()));
    }

    @Test
    void moreThanTheMachineHasIsAnotherAdviceThanMoreThanIsFree() {
        assertEquals(
                "ask for at most 4, or set binding: flexible",
                rejected(Admission.decide(srt("cpu: \"5\""), Ledger.empty(LAPTOP), List.of()))
                        .getFirst()
                        .help());
    }

    @Test
    void flexibleTakesLessCpuButNeverLessMemory() {
        Ledger ledger = promise(
                Ledger.empty(LAPTOP),
                "a",
                Admission.decide(srt("cpu: \"3.5\", mem: 7GiB"), Ledger.empty(LAPTOP), List.of()));
        Verdict.Substituted less = assertInstanceOf(
                Verdict.Substituted.class,
                Admission.decide(bound(srt("cpu: \"1\", mem: 1GiB"), Binding.FLEXIBLE), ledger, List.of()));
        assertEquals(500, less.bound().cpuMillis());
        assertEquals(500, less.reservation().cpuMillis());
        assertEquals(
                List.of("memory"),
                rejected(Admission.decide(bound(srt("cpu: \"0.5\", mem: 2GiB"), Binding.FLEXIBLE), ledger, List.of()))
                        .stream()
                        .map(Item::resource)
                        .toList());
    }

    @Test
    void aShareOfCpuTooSmallToRunOnIsRefusedEvenWhenFlexible() {
        Ledger ledger = promise(
                Ledger.empty(LAPTOP), "a", Admission.decide(srt("cpu: \"3.95\""), Ledger.empty(LAPTOP), List.of()));
        assertEquals(
                List.of("0.05 free of 4"),
                rejected(Admission.decide(bound(srt("cpu: \"1\""), Binding.FLEXIBLE), ledger, List.of())).stream()
                        .map(Item::available)
                        .toList());
    }

    @Test
    void aDelayTolerantAgentReservesNoCpu() {
        ContractDocument dt = contract("modelPolicy: { allow: [] }\ncompute: { cpu: \"4\", mem: 1GiB }\n");
        Ledger full = promise(
                Ledger.empty(LAPTOP), "a", Admission.decide(srt("cpu: \"4\""), Ledger.empty(LAPTOP), List.of()));
        Verdict.Admitted admitted = assertInstanceOf(Verdict.Admitted.class, Admission.decide(dt, full, List.of()));
        assertEquals(0, admitted.reservation().cpuMillis());
        assertEquals(4000, admitted.bound().cpuMillis(), "it is capped at what it asks for");
        assertEquals(
                List.of("5"),
                rejected(Admission.decide(
                                contract("modelPolicy: { allow: [] }\ncompute: { cpu: \"5\" }\n"), full, List.of()))
                        .stream()
                        .map(Item::wanted)
                        .toList());
    }

    @Test
    void sizesAreReadByPeople() {
        assertEquals("1 KiB", ResourceAdmission.bytes(1024));
        assertEquals("1.5 GiB", ResourceAdmission.bytes(3 * GIB / 2));
        assertEquals("0 B", ResourceAdmission.bytes(0));
        assertEquals("0.5", ResourceAdmission.cores(500));
        assertEquals("2", ResourceAdmission.cores(2000));
        assertEquals("10", ResourceAdmission.cores(10_000));
    }
}
