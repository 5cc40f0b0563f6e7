package dev.agentos.domain.admission;

import static dev.agentos.domain.admission.AdmissionCases.GIB;
import static dev.agentos.domain.admission.AdmissionCases.LAPTOP;
import static dev.agentos.domain.admission.AdmissionCases.bound;
import static dev.agentos.domain.admission.AdmissionCases.parse;
import static dev.agentos.domain.admission.AdmissionCases.rejected;
import static dev.agentos.domain.admission.AdmissionCases.unmeasured;
import static dev.agentos.domain.admission.AdmissionCases.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.admission.Verdict.Substitution;
import dev.agentos.domain.contract.Binding;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** All of a contract at once. */
class AdmissionTest {

    /** The contract of the design, as it stands there. */
    private static final String PERMITS = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: city-permit-assistant
            class:
              latency: SRT
            slo:
              onset_ms: 250
              turn_ms: 1000
              jitter_p95_pct: 20
            capabilities: ["web.fetch", "rag.retrieve", "summarize"]
            compute:
              cpu: "2"
              mem: "4GiB"
              gpu_mem: "8GiB"
            modelPolicy:
              allow: ["local/llama-3.1-8B", "cloud/claude-sonnet"]
              max_context_tokens: 32000
              placement: ["on-prem", "edge"]
            memory:
              namespace: "city-planning"
              retention_days: 90
              rag: { top_k: 8, require_grounding: true }
            security:
              consent_for: ["fs.write", "email.send"]
              data_scopes: ["city-permits", "public-records"]
            observability:
              tracing: opentelemetry
              log_fields: ["prompt", "sources", "tool_hashes"]
            """;

    @Test
    void theStrictPermitContractIsRefusedWithEveryUnmetItem() {
        assertEquals(
                List.of(
                        new Item(
                                "gpu memory",
                                "8 GiB",
                                "no GPU on this machine",
                                "c.yaml:14:3 (compute.gpu_mem)",
                                "remove compute.gpu_mem, set binding: flexible, or run on a machine with a GPU"),
                        new Item(
                                "model",
                                "local/llama-3.1-8B",
                                "not on this machine",
                                "c.yaml:16:3 (modelPolicy.allow)",
                                "install the model, or set binding: flexible and let the operator list a substitute"),
                        new Item(
                                "model",
                                "cloud/claude-sonnet",
                                "excluded by modelPolicy.placement",
                                "c.yaml:18:3 (modelPolicy.placement)",
                                "install the model, or set binding: flexible and let the operator list a substitute"),
                        new Item(
                                "tool",
                                "web.fetch",
                                "no such tool on this machine",
                                "c.yaml:10:1 (capabilities)",
                                "remove it from capabilities, or set binding: flexible to run without it"),
                        new Item(
                                "tool",
                                "rag.retrieve",
                                "no such tool on this machine",
                                "c.yaml:10:1 (capabilities)",
                                "remove it from capabilities, or set binding: flexible to run without it")),
                rejected(Admission.decide(parse(PERMITS), Ledger.empty(LAPTOP), List.of("local/extractive"))));
    }

    @Test
    void aMachineThatIsTooSmallAddsItsItemsInFront() {
        Machine tiny = with(LAPTOP, 1, GIB, 100, LAPTOP.models());
        List<String> resources = rejected(Admission.decide(parse(PERMITS), Ledger.empty(tiny), List.of())).stream()
                .map(item -> item.resource() + ": " + item.wanted() + " / " + item.available())
                .toList();
        assertEquals(
                List.of(
                        "cpu: 2 / 1 free of 1",
                        "memory: 4 GiB / 1 GiB free of 1 GiB",
                        "gpu memory: 8 GiB / no GPU on this machine",
                        "pids: 128 / 100 free of 100",
                        "model: local/llama-3.1-8B / not on this machine",
                        "model: cloud/claude-sonnet / excluded by modelPolicy.placement",
                        "tool: web.fetch / no such tool on this machine",
                        "tool: rag.retrieve / no such tool on this machine"),
                resources);
    }

    @Test
    void theFlexiblePermitContractRunsAndItemisesEverySubstitutionAndLoss() {
        Verdict verdict = Admission.decide(
                bound(parse(PERMITS), Binding.FLEXIBLE),
                Ledger.empty(LAPTOP),
                List.of("local/absent", "local/extractive"));
        assertEquals(
                new Verdict.Substituted(
                        new Reservation(2000, 4 * GIB, 0, 128, Optional.empty(), 0.0, Optional.empty()),
                        new Bound(
                                "local/extractive",
                                Set.of("summarize"),
                                Set.of("web.fetch", "rag.retrieve"),
                                2000,
                                4 * GIB),
                        List.of(
                                new Substitution(
                                        "gpu memory",
                                        "8 GiB",
                                        "",
                                        "c.yaml:14:3 (compute.gpu_mem)",
                                        "no GPU on this machine; models run on the CPU"),
                                new Substitution(
                                        "model",
                                        "local/llama-3.1-8B or cloud/claude-sonnet",
                                        "local/extractive",
                                        "c.yaml:16:3 (modelPolicy.allow)",
                                        "none of the contract's models is here; the operator's list names"
                                                + " local/extractive"),
                                new Substitution(
                                        "tool",
                                        "web.fetch",
                                        "",
                                        "c.yaml:10:1 (capabilities)",
                                        "no such tool on this machine; the capability is lost"),
                                new Substitution(
                                        "tool",
                                        "rag.retrieve",
                                        "",
                                        "c.yaml:10:1 (capabilities)",
                                        "no such tool on this machine; the capability is lost")),
                        unmeasured("local/extractive")),
                verdict);
    }

    @Test
    void flexibleWithoutAnOperatorsListStillNeedsAModel() {
        List<Item> items =
                rejected(Admission.decide(bound(parse(PERMITS), Binding.FLEXIBLE), Ledger.empty(LAPTOP), List.of()));
        assertEquals(
                List.of("local/llama-3.1-8B", "cloud/claude-sonnet"),
                items.stream().map(Item::wanted).toList());
        assertEquals(
                "add a substitute: agentctl model substitute add local/extractive",
                items.getFirst().help());
    }

    @Test
    void aMachineThatHasEverythingAdmitsItAsItStands() {
        Machine server = new Machine(
                16,
                64 * GIB,
                24 * GIB,
                30_000,
                Set.of("local/llama-3.1-8B"),
                Set.of("web.fetch", "rag.retrieve", "summarize"),
                LAPTOP.mechanisms(),
                List.of());
        assertEquals(
                new Verdict.Admitted(
                        new Reservation(2000, 4 * GIB, 8 * GIB, 128, Optional.empty(), 0.0, Optional.empty()),
                        new Bound(
                                "local/llama-3.1-8B",
                                Set.of("web.fetch", "rag.retrieve", "summarize"),
                                Set.of(),
                                2000,
                                4 * GIB),
                        unmeasured("local/llama-3.1-8B")),
                Admission.decide(parse(PERMITS), Ledger.empty(server), List.of()));
    }
}
