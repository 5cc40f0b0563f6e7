package dev.agentos.domain.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.admission.Verdict.Substitution;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ParseOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final long GIB = 1L << 30;

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

    private static final Set<String> TOOLS = Set.of("fs.read", "fs.list", "fs.write", "summarize", "calc");

    /** A laptop: no GPU, no model but the built-in one. */
    private static final Machine LAPTOP = new Machine(
            4,
            8 * GIB,
            0,
            1000,
            Set.of("local/extractive"),
            TOOLS,
            Set.of("limit.memory", "limit.pids", "limit.cpu"),
            List.of());

    private static ContractDocument parse(String text) {
        return switch (ContractParser.parse(text, "c.yaml")) {
            case ParseOutcome.Parsed parsed -> parsed.document();
            case ParseOutcome.Invalid invalid -> fail(invalid.problems().toString());
        };
    }

    private static ContractDocument contract(String body) {
        return parse("apiVersion: agentos/v0.2\nkind: AgentContract\nname: test\n" + body);
    }

    private static ContractDocument bound(ContractDocument document, Binding binding) {
        return assertInstanceOf(ParseOutcome.Parsed.class, document.withBinding(binding))
                .document();
    }

    private static List<Item> rejected(Verdict verdict) {
        return assertInstanceOf(Verdict.Rejected.class, verdict).items();
    }

    private static Machine with(Machine m, int cores, long memory, long pids, Set<String> models) {
        return new Machine(
                cores, memory, m.gpuMemoryBytes(), pids, models, m.tools(), m.mechanisms(), m.processAgents());
    }

    // ------------------------------------------------------------------ the permit contract

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

    private static List<String> unmeasured(String model) {
        return List.of(unknown(model) + "; agentctl model probe " + model + " measures it");
    }

    private static String unknown(String model) {
        return "the first token of " + model
                + " was not measured since agentd started, so nothing is known of the 250 ms to it";
    }

    // ------------------------------------------------------------------ models

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

    // ------------------------------------------------------------------ resources

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

    // ------------------------------------------------------------------ hard real time

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

    // ------------------------------------------------------------------ process agents

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

    @Test
    void sizesAreReadByPeople() {
        assertEquals("1 KiB", Admission.bytes(1024));
        assertEquals("1.5 GiB", Admission.bytes(3 * GIB / 2));
        assertEquals("0 B", Admission.bytes(0));
        assertEquals("0.5", Admission.cores(500));
        assertEquals("2", Admission.cores(2000));
        assertEquals("10", Admission.cores(10_000));
    }

    // ------------------------------------------------------------------ first tokens

    private static final String LIVE = """
            class: { latency: SRT }
            slo: { onset_ms: 250, turn_ms: 1000 }
            modelPolicy: { allow: ["local/extractive"] }
            """;

    private static Pace pace(long answers, double onset, int slots, boolean makesRoom) {
        return new Pace("local", answers, onset, 2 * onset, 4 * onset, 5 * onset, 80, 0, slots, makesRoom);
    }

    private static Verdict live(String body, Ledger ledger, Pace pace) {
        return Admission.decide(contract(body), ledger, List.of(), Map.of("local/extractive", pace));
    }

    @Test
    void aPromiseThatTheMeasuredModelKeepsIsMadeAndTheFiguresAreSaid() {
        Verdict.Admitted admitted =
                assertInstanceOf(Verdict.Admitted.class, live(LIVE, Ledger.empty(LAPTOP), pace(12, 120, 4, true)));
        assertEquals(Optional.of("local"), admitted.reservation().urgentAt());
        assertEquals(
                List.of("local/extractive gives its first token after 120 ms (95 in a hundred after 240 ms, 12 answers,"
                        + " 80 tokens/s), within 250 ms"),
                admitted.notes());
    }

    @Test
    void aPromiseThatTheMeasuredModelCannotKeepIsRefusedWhereItIsDeclaredAndToldWhereItIsNot() {
        Pace slow = pace(1, 400, 4, true);
        String figures =
                "local/extractive gives its first token after 400 ms (95 in a hundred after 800 ms, 1 answer, 80 tokens/s)";
        assertEquals(
                List.of(new Item(
                        "onset",
                        "250 ms",
                        figures,
                        "c.yaml:5:8 (slo.onset_ms)",
                        "raise slo.onset_ms, or allow a faster model, or set binding: flexible")),
                rejected(live(LIVE, Ledger.empty(LAPTOP), slow)));
        assertEquals(
                List.of(new Verdict.Substitution("onset", "250 ms", "400 ms", "c.yaml:5:8 (slo.onset_ms)", figures)),
                assertInstanceOf(
                                Verdict.Substituted.class,
                                live(LIVE + "binding: flexible\n", Ledger.empty(LAPTOP), slow))
                        .substitutions());
        assertEquals(
                List.of(figures + ", later than the 300 ms of its class"),
                assertInstanceOf(Verdict.Admitted.class, live(LIVE.replace("slo:", "#"), Ledger.empty(LAPTOP), slow))
                        .notes());
    }

    @Test
    void agentsThatWereAdmittedBeforeShareTheSlots() {
        Ledger ledger = Ledger.empty(LAPTOP);
        Pace two = pace(12, 120, 2, true);
        for (int i = 0; i < 4; i++) {
            Verdict.Admitted admitted = assertInstanceOf(Verdict.Admitted.class, live(SMALL + LIVE, ledger, two));
            ledger = ledger.with("a" + i, admitted.reservation());
        }
        assertEquals(
                List.of("local/extractive gives its first token after 120 ms (95 in a hundred after 240 ms, 12 answers,"
                        + " 80 tokens/s); 4 other SRT agents have 2 slots there: about 600 ms"),
                rejected(live(SMALL + LIVE, ledger, two)).stream()
                        .map(Item::available)
                        .toList());
        assertInstanceOf(Verdict.Admitted.class, live(SMALL + LIVE, ledger.without("a0"), two));
        // Agents that can wait take no turn from it.
        assertInstanceOf(
                Verdict.Admitted.class, live(SMALL + LIVE.replace("SRT", "DT").replace("slo:", "#"), ledger, two));
    }

    private static final String SMALL = "compute: { cpu: \"0.1\", mem: 64MiB, pids: 8 }\n";

    @Test
    void theOnlySlotOfAProviderThatIsNotInterruptedCostsAWholeAnswer() {
        assertEquals(
                List.of("local/extractive gives its first token after 60 ms (95 in a hundred after 120 ms, 12 answers,"
                        + " 80 tokens/s); its only slot may be taken for an answer of 300 ms: about 360 ms"),
                rejected(live(LIVE, Ledger.empty(LAPTOP), pace(12, 60, 1, false))).stream()
                        .map(Item::available)
                        .toList());
        assertInstanceOf(Verdict.Admitted.class, live(LIVE, Ledger.empty(LAPTOP), pace(12, 60, 1, true)));
        assertInstanceOf(Verdict.Admitted.class, live(LIVE, Ledger.empty(LAPTOP), pace(12, 60, 2, false)));
    }

    @Test
    void howLongPromptsMayBeIsSaidWhereTheirSpeedWasMeasured() {
        Pace reads = new Pace("local", 12, 120, 240, 480, 600, 80, 2_000, 1, false);
        assertEquals(
                List.of("local/extractive gives its first token after 120 ms (95 in a hundred after 240 ms, 12 answers,"
                        + " 80 tokens/s); its only slot may be taken for an answer of 600 ms: about 720 ms, within"
                        + " 1000 ms; new prompts of up to about 800 tokens"),
                assertInstanceOf(Verdict.Admitted.class, live(LIVE.replace("250", "1000"), Ledger.empty(LAPTOP), reads))
                        .notes());
    }

    @Test
    void aFasterModelOfTheContractIsNamedWhereTheFirstOneIsLate() {
        Machine two =
                new Machine(8, 16 * GIB, 0, 1000, Set.of("gguf/big", "gguf/small"), Set.of(), Set.of(), List.of());
        Map<String, Pace> paces = Map.of("gguf/big", pace(12, 400, 2, true), "gguf/small", pace(12, 90, 2, true));
        assertEquals(
                List.of("raise slo.onset_ms, or allow a faster model, or list gguf/small first: it would be in time,"
                        + " or set binding: flexible"),
                rejected(Admission.decide(
                                contract(LIVE.replace("\"local/extractive\"", "gguf/big, gguf/small")),
                                Ledger.empty(two),
                                List.of(),
                                paces))
                        .stream()
                        .map(Item::help)
                        .toList());
    }

    @Test
    void whoSaysStrictAndWhatIsPromisedWantsNoAgentOfWhichNothingIsKnown() {
        assertEquals(
                List.of(new Item(
                        "onset",
                        "250 ms",
                        unknown("local/extractive"),
                        "c.yaml:5:8 (slo.onset_ms)",
                        "agentctl model probe local/extractive measures it; or leave binding: strict out")),
                rejected(Admission.decide(
                        contract(LIVE + "binding: strict\n"), Ledger.empty(LAPTOP), List.of(), Map.of())));
        ContractDocument said = assertInstanceOf(
                        ParseOutcome.Parsed.class, contract(LIVE).withBinding(Binding.STRICT))
                .document();
        assertInstanceOf(Verdict.Rejected.class, Admission.decide(said, Ledger.empty(LAPTOP), List.of(), Map.of()));
        assertInstanceOf(
                Verdict.Admitted.class,
                Admission.decide(
                        contract(LIVE.replace("slo:", "#") + "binding: strict\n"),
                        Ledger.empty(LAPTOP),
                        List.of(),
                        Map.of()));
    }

    @Test
    void whatWasNeverMeasuredIsAdmittedAndSaid() {
        for (Map<String, Pace> paces :
                List.of(Map.<String, Pace>of(), Map.of("local/extractive", pace(0, 0, 4, true)))) {
            assertEquals(
                    unmeasured("local/extractive"),
                    assertInstanceOf(
                                    Verdict.Admitted.class,
                                    Admission.decide(contract(LIVE), Ledger.empty(LAPTOP), List.of(), paces))
                            .notes());
        }
    }
}
