package dev.agentos.domain.admission;

import static dev.agentos.domain.admission.AdmissionCases.GIB;
import static dev.agentos.domain.admission.AdmissionCases.LAPTOP;
import static dev.agentos.domain.admission.AdmissionCases.TOOLS;
import static dev.agentos.domain.admission.AdmissionCases.contract;
import static dev.agentos.domain.admission.AdmissionCases.rejected;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.admission.Verdict.Substitution;
import dev.agentos.domain.contract.ContractDocument;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProcessAdmissionTest {

    private static ContractDocument process(String rest) {
        return contract("modelPolicy: { allow: [] }\nruntime: { process: { command: [/bin/true] } }\n" + rest);
    }

    private static Machine host(Set<String> mechanisms, List<String> obstacles) {
        return new Machine(4, 8 * GIB, 0, 1000, Set.of(), TOOLS, mechanisms, obstacles);
    }

    @Test
    void aStrictProcessNeedsItsLimitsEnforced() {
        Ledger ledger = Ledger.empty(host(Set.of("limit.pids"), List.of()));
        assertEquals(
                List.of("limit.memory", "limit.cpu"),
                rejected(Admission.decide(process(""), ledger, List.of())).stream()
                        .map(Item::resource)
                        .toList());
        Verdict.Substituted gaps = assertInstanceOf(
                Verdict.Substituted.class, Admission.decide(process("binding: flexible\n"), ledger, List.of()));
        assertEquals(
                List.of("limit.memory", "limit.cpu"),
                gaps.substitutions().stream().map(Substitution::resource).toList());
    }

    @Test
    void aHostThatCannotSandboxRefusesProcessesHoweverFlexible() {
        Ledger ledger = Ledger.empty(host(Set.of(), List.of("landlock is missing", "seccomp is missing")));
        for (String binding : List.of("strict", "flexible")) {
            assertEquals(
                    List.of("landlock is missing", "seccomp is missing"),
                    rejected(Admission.decide(process("binding: " + binding + "\n"), ledger, List.of())).stream()
                            .map(Item::available)
                            .toList());
        }
        assertInstanceOf(
                Verdict.Admitted.class,
                Admission.decide(contract("modelPolicy: { allow: [] }\n"), ledger, List.of()),
                "a managed agent needs no sandbox");
    }

    @Test
    void aProcessMayHaveTheShellAndAManagedAgentMayNot() {
        Ledger ledger = Ledger.empty(LAPTOP);
        assertInstanceOf(
                Verdict.Admitted.class, Admission.decide(process("capabilities: [shell.exec]\n"), ledger, List.of()));
        assertEquals(
                List.of("shell.exec"),
                rejected(Admission.decide(
                                contract("modelPolicy: { allow: [] }\ncapabilities: [shell.exec]\n"),
                                ledger,
                                List.of()))
                        .stream()
                        .map(Item::wanted)
                        .toList());
    }

    @Test
    void whatAProcessCannotKeepYetIsRefusedAndNotIgnored() {
        Ledger ledger = Ledger.empty(LAPTOP);
        assertEquals(
                List.of("filesystem.hold"),
                rejected(Admission.decide(
                                process("filesystem: { write: [/data], hold: [/data/live] }\n"), ledger, List.of()))
                        .stream()
                        .map(item -> item.contractLine().replaceAll(".*\\((.*)\\)", "$1"))
                        .toList());
        assertEquals(
                List.of("consent for writes of a process"),
                rejected(Admission.decide(process("""
                                        capabilities: [fs.write]
                                        filesystem: { write: [/data] }
                                        security: { consent_for: [fs.write] }
                                        """), ledger, List.of())).stream()
                        .map(Item::resource)
                        .toList());
        assertEquals(
                List.of("image"),
                rejected(Admission.decide(contract("""
                                        modelPolicy: { allow: [] }
                                        runtime: { process: { command: [/bin/true], image: debian-13 } }
                                        """), ledger, List.of())).stream()
                        .map(Item::resource)
                        .toList());
    }
}
