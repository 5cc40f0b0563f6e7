package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.domain.json.Digests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContractDocumentTest {
    private static final String FULL = """
            class: { latency: SRT }
            slo: { onset_ms: 200 }
            capabilities: [fs.read, summarize]
            compute: { cpu: 500m, mem: 64MiB }
            modelPolicy: { allow: [] }
            security: { consent_for: [fs.read] }
            runtime:
              managed:
                prompt: "Zeile eins: äöü 😀\\nline two"
                plan:
                  - { id: read, tool: fs.read, with: { n: 3, ratio: 0.1, deep: [true, {}], text: "1" } }
            filesystem: { read: ["${input.folder}"] }
            budget: { cost_usd: 0.125 }
            """;

    @Test
    void formattingCommentsKeyOrderAndWrittenDefaultsDoNotChangeTheDigest() {
        String plain = Contracts.document("compute: { cpu: 1500m, mem: 1GiB }\nbinding: strict\n")
                .digest();

        assertEquals(
                plain,
                Contracts.accepted(ContractParser.parse("""
                                # a comment
                                budget:
                                  wall_time: 30m   # the default
                                  cost_usd: 1.0
                                compute:
                                  mem: "1024MiB"
                                  cpu: 1.5

                                name: 'test'
                                kind: AgentContract
                                apiVersion: "agentos/v0.2"
                                """, "other.yaml"))
                        .document()
                        .digest());
        assertNotEquals(
                plain,
                Contracts.document("compute: { cpu: 1501m, mem: 1GiB }\n").digest());
    }

    /** A digest that changes by accident orphans every grant that names it. */
    @Test
    void theDigestOfTheSmallestContractIsPinned() {
        ContractDocument document = Contracts.document("");

        assertEquals(
                "{\"apiVersion\":\"agentos/v0.2\",\"binding\":\"strict\",\"budget\":{\"cost_usd\":1,\"tokens\":200000,"
                        + "\"tool_calls\":200,\"turns\":50,\"wall_time\":\"30m\"},\"capabilities\":[],"
                        + "\"class\":{\"latency\":\"DT\"},\"compute\":{\"cpu\":\"1\",\"disk\":\"1GiB\",\"gpu_mem\":\"0B\","
                        + "\"mem\":\"512MiB\",\"open_files\":1024,\"pids\":128},\"consent\":{\"max_wait\":\"1d\","
                        + "\"unattended\":\"wait\"},\"egress\":{\"domains\":[]},\"filesystem\":{\"hold\":[],\"read\":[],"
                        + "\"write\":[]},\"kind\":\"AgentContract\",\"memory\":{\"namespace\":\"test\","
                        + "\"rag\":{\"require_grounding\":true,\"top_k\":5},\"retention_days\":30},"
                        + "\"modelPolicy\":{\"allow\":[\"local/extractive\"],\"max_context_tokens\":16000,"
                        + "\"placement\":[\"on-prem\",\"edge\"]},\"name\":\"test\",\"observability\":{\"log_fields\":[],"
                        + "\"tracing\":\"none\"},\"runtime\":{\"managed\":{\"plan\":[]}},"
                        + "\"security\":{\"consent_for\":[],\"data_scopes\":[]},\"supervision\":{\"dead_letter\":true,"
                        + "\"restart\":{\"backoff_max_ms\":10000,\"backoff_ms\":200,\"max\":3,\"policy\":\"never\"}}}",
                document.canonicalJson());
        assertEquals(Digests.sha256(document.canonicalJson()), document.digest());
    }

    @Test
    void theCanonicalFormIsItselfAContractThatReadsBackEqual() {
        ContractDocument document = Contracts.document(FULL);
        ContractDocument again = Contracts.accepted(ContractParser.parse(document.canonicalJson(), "canonical"))
                .document();

        assertEquals(document.contract(), again.contract());
        assertEquals(document.digest(), again.digest());
    }

    @Test
    void theYamlFormIsAContractThatReadsBackEqual() {
        ContractDocument document = Contracts.document(FULL);
        ContractDocument again = Contracts.accepted(
                        ContractParser.parse(ContractYaml.write(document.contract()), "written"))
                .document();

        assertEquals(document.contract(), again.contract());
        assertEquals(document.digest(), again.digest());
    }

    @Test
    void aFieldIsCitedAtItsKeyAndADefaultAtTheNearestSection() {
        ContractDocument document = Contracts.document("compute:\n  cpu: 1\ncapabilities:\n  - a\n  - b\n");

        assertEquals("c.yaml:5:3 (compute.cpu)", document.lineOf("compute.cpu").toString());
        assertEquals(
                "c.yaml:4:1 (compute.gpu_mem, default)",
                document.lineOf("compute.gpu_mem").toString());
        assertEquals(
                "c.yaml:8:5 (capabilities[1])",
                document.lineOf("capabilities[1]").toString());
        assertEquals(
                "c.yaml:1:1 (budget.turns, default)",
                document.lineOf("budget.turns").toString());
        assertEquals(
                "c.yaml:6:1 (capabilities[7], default)",
                document.lineOf("capabilities[7]").toString());
    }

    @Test
    void anotherClassBringsItsOwnObjectivesForThoseNotDeclared() {
        ContractDocument soft = Contracts.document("class: { latency: SRT }\nslo: { onset_ms: 200 }\n");

        ContractDocument tolerant =
                Contracts.accepted(soft.withLatency(LatencyClass.DT)).document();

        assertEquals(LatencyClass.DT, tolerant.contract().latency());
        assertEquals(
                Optional.of(Duration.ofMillis(200)), tolerant.contract().slo().onset());
        assertEquals(Optional.empty(), tolerant.contract().slo().turn());
        assertNotEquals(soft.digest(), tolerant.digest());
        assertEquals(
                "c.yaml:4:10 (class.latency, overridden)",
                tolerant.lineOf("class.latency").toString());
        assertEquals(
                soft.contract(),
                Contracts.accepted(tolerant.withLatency(LatencyClass.SRT))
                        .document()
                        .contract());
    }

    @Test
    void anotherClassIsHeldToTheSameRules() {
        List<Problem> problems = Contracts.refused(
                Contracts.document("class: { latency: SRT }\n").withLatency(LatencyClass.HRT));

        assertEquals(
                List.of("hrt-managed", "hrt-no-schedule"),
                problems.stream().map(Problem::code).toList());
        assertEquals(4, problems.getFirst().line());
    }

    @Test
    void aCommandMakesAProcessOfAContractWithoutRuntime() {
        ContractDocument bare = Contracts.document("");
        ContractDocument process = Contracts.document("runtime: { process: { env: { A: b }, command: [old] } }\n");
        ContractDocument managed = Contracts.document("runtime: { managed: {} }\n");

        assertEquals(
                AgentRuntime.ProcessRuntime.of(List.of("ls", "-l")),
                Contracts.accepted(bare.withCommand(List.of("ls", "-l")))
                        .document()
                        .contract()
                        .runtime());
        assertEquals(
                new AgentRuntime.ProcessRuntime(List.of("new"), "/workspace", Optional.empty(), Map.of("A", "b")),
                Contracts.accepted(process.withCommand(List.of("new")))
                        .document()
                        .contract()
                        .runtime());
        assertEquals(
                List.of("c.yaml:4:1: error: the contract declares a managed agent, which takes no command"
                        + " [managed-command]; start it without a command, or replace runtime.managed by"
                        + " \"process: {}\""),
                Contracts.lines(managed.withCommand(List.of("ls"))));
        assertInstanceOf(ParseOutcome.Invalid.class, bare.withCommand(List.of()));
        assertInstanceOf(ParseOutcome.Invalid.class, bare.withCommand(List.of("")));
        assertInstanceOf(ParseOutcome.Invalid.class, bare.withCommand(List.of("a\0b")));
    }

    @Test
    void anotherBindingChangesNothingElse() {
        ContractDocument strict = Contracts.document(FULL);
        ContractDocument flexible =
                Contracts.accepted(strict.withBinding(Binding.FLEXIBLE)).document();

        assertEquals(Binding.FLEXIBLE, flexible.contract().binding());
        assertEquals(Set.of("binding"), flexible.overridden());
        assertEquals(
                strict,
                new ContractDocument(
                        strict.source(),
                        Contracts.accepted(flexible.withBinding(Binding.STRICT))
                                .document()
                                .contract(),
                        strict.digest(),
                        strict.canonicalJson(),
                        strict.positions(),
                        Set.of()));
    }

    @Test
    void aDocumentCannotCarryAnotherContractsDigest() {
        ContractDocument one = Contracts.document("");
        ContractDocument other = Contracts.document("binding: smooth\n");

        assertThrows(
                IllegalArgumentException.class,
                () -> new ContractDocument(
                        "x", one.contract(), other.digest(), other.canonicalJson(), Map.of(), Set.of()));
    }
}
