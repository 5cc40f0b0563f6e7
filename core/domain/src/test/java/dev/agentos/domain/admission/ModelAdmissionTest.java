package dev.agentos.domain.admission;

import static dev.agentos.domain.admission.AdmissionCases.GIB;
import static dev.agentos.domain.admission.AdmissionCases.LAPTOP;
import static dev.agentos.domain.admission.AdmissionCases.contract;
import static dev.agentos.domain.admission.AdmissionCases.rejected;
import static dev.agentos.domain.admission.AdmissionCases.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelAdmissionTest {

    private static Verdict withModels(Binding binding, List<String> allow, Set<String> here, List<String> operator) {
        ContractDocument document =
                contract("modelPolicy: { allow: " + allow + " }\nbinding: " + binding.word() + "\n");
        return Admission.decide(document, Ledger.empty(with(LAPTOP, 4, 8 * GIB, 1000, here)), operator);
    }

    private static String model(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Admitted admitted -> admitted.bound().model();
            case Verdict.Substituted s -> s.bound().model();
            case Verdict.Rejected _ -> "rejected";
        };
    }

    @Test
    void smoothTakesTheNewestVersionCompatibleUpgrade() {
        Set<String> here = Set.of(
                "local/llama-3.2-8B",
                "local/llama-3.10-8B",
                "local/llama-3.9-70B",
                "local/llama-4.0-8B",
                "other/llama-3.11-8B",
                "local/qwen-3.12-8B");
        assertEquals(
                "local/llama-3.10-8B",
                model(withModels(Binding.SMOOTH, List.of("local/llama-3.1-8B"), here, List.of())));
        assertEquals("rejected", model(withModels(Binding.STRICT, List.of("local/llama-3.1-8B"), here, List.of())));
        assertEquals("rejected", model(withModels(Binding.SMOOTH, List.of("local/llama-5.1-8B"), here, List.of())));
        assertEquals(
                "rejected",
                model(withModels(Binding.SMOOTH, List.of("local/llama-3.11-8B"), here, List.of())),
                "an older minor version is no upgrade");
    }

    @Test
    void smoothNeverTakesTheOperatorsSubstitute() {
        assertEquals(
                "rejected",
                model(withModels(
                        Binding.SMOOTH,
                        List.of("local/llama-3.1-8B"),
                        Set.of("local/extractive"),
                        List.of("local/extractive"))));
    }

    @Test
    void aLaterChoiceOfTheContractIsASubstitutionUnlessStrict() {
        List<String> allow = List.of("local/a", "local/b");
        assertInstanceOf(Verdict.Admitted.class, withModels(Binding.STRICT, allow, Set.of("local/b"), List.of()));
        Verdict.Substituted substituted = assertInstanceOf(
                Verdict.Substituted.class, withModels(Binding.FLEXIBLE, allow, Set.of("local/b"), List.of()));
        assertEquals("local/b", substituted.bound().model());
        assertEquals("local/a", substituted.substitutions().getFirst().wanted());
    }

    @Test
    void aVersionThatNoNumberHoldsIsNoReasonToFail() {
        String huge = "local/llama-3.99999999999999999999-8B";
        assertEquals(
                "rejected", model(withModels(Binding.SMOOTH, List.of(huge), Set.of("local/llama-3.1-8B"), List.of())));
        assertEquals(
                "rejected", model(withModels(Binding.SMOOTH, List.of("local/llama-3.1-8B"), Set.of(huge), List.of())));
    }

    @Test
    void aCloudModelNeedsThePlacement() {
        Ledger ledger = Ledger.empty(with(LAPTOP, 4, 8 * GIB, 1000, Set.of("cloud/claude-sonnet")));
        ContractDocument cloud = contract("modelPolicy: { allow: [\"cloud/claude-sonnet\"], placement: [cloud] }\n");
        assertEquals("cloud/claude-sonnet", model(Admission.decide(cloud, ledger, List.of())));
        ContractDocument onPrem = contract("modelPolicy: { allow: [\"cloud/claude-sonnet\"], placement: [on-prem] }\n");
        assertEquals(
                "excluded by modelPolicy.placement",
                rejected(Admission.decide(onPrem, ledger, List.of())).getFirst().available());
    }

    @Test
    void anAgentWithoutModelsNeedsNone() {
        assertEquals("", model(withModels(Binding.STRICT, List.of(), Set.of(), List.of())));
    }
}
