package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ContractParserTest {
    @Test
    void aContractOfThreeLinesHasSafeDefaultsEverywhere() {
        AgentContract contract = Contracts.contract("");

        assertEquals(
                new AgentContract(
                        "agentos/v0.2",
                        "test",
                        LatencyClass.DT,
                        Slo.NONE,
                        List.of(),
                        new Compute(1000, 512L << 20, 0, 128, 1024),
                        new ModelPolicy(
                                List.of("local/extractive"), 16_000, List.of(Placement.ON_PREM, Placement.EDGE)),
                        new MemoryPolicy("test", 30, new MemoryPolicy.Rag(5, true)),
                        new Security(List.of(), List.of()),
                        new Observability(Tracing.NONE, List.of()),
                        Binding.STRICT,
                        new AgentRuntime.Managed(Optional.empty(), List.of()),
                        new Filesystem(List.of(), List.of(), List.of()),
                        new Egress(List.of()),
                        new Budget(200_000, BigDecimal.ONE, 50, Duration.ofMinutes(30), 200),
                        Optional.empty(),
                        new Supervision(
                                Optional.empty(),
                                new Supervision.Restart(
                                        RestartPolicy.NEVER, 3, Duration.ofMillis(200), Duration.ofSeconds(10)),
                                true),
                        new Consent(Unattended.WAIT, Duration.ofHours(24))),
                contract);
    }

    @Test
    void everyFieldIsRead() {
        AgentContract contract = Contracts.contract("""
                class: { latency: HRT }
                slo: { onset_ms: 5, turn_ms: 10, jitter_p95_pct: 3 }
                capabilities: [web.fetch, fs.write]
                compute: { cpu: 1500m, mem: 1GB, gpu_mem: 2GiB, pids: 7, open_files: 99, disk: 3MiB, io: 8MiB }
                modelPolicy: { allow: [ollama/llama3.2:3b], max_context_tokens: 4096, placement: [cloud] }
                memory: { namespace: shared.notes, retention_days: 0, rag: { top_k: 3, require_grounding: false } }
                security: { consent_for: [fs.write], data_scopes: [public] }
                observability: { tracing: opentelemetry, log_fields: [prompt] }
                binding: smooth
                runtime:
                  process:
                    command: [python3, agent.py, agent.py]
                    workdir: workspace/src/
                    image: agents/python
                    env: { B: "2", A: "" }
                filesystem: { read: [/data//docs/], write: [/srv/out], hold: [/srv/out/live] }
                egress: { domains: [Example.ORG, "*.example.org:8443", 192.0.2.1] }
                budget: { tokens: 10, cost_usd: 0.25, turns: 2, wall_time: 90s, tool_calls: 4 }
                schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 2.5 }
                supervision:
                  heartbeat_ms: 5000
                  restart: { policy: on-failure, max: 9, backoff_ms: 100, backoff_max_ms: 2000 }
                  dead_letter: false
                consent: { unattended: refuse, max_wait: 5m }
                """);

        assertEquals(
                new AgentContract(
                        "agentos/v0.2",
                        "test",
                        LatencyClass.HRT,
                        new Slo(
                                Optional.of(Duration.ofMillis(5)),
                                Optional.of(Duration.ofMillis(10)),
                                OptionalInt.of(3)),
                        List.of("web.fetch", "fs.write"),
                        new Compute(1500, 1_000_000_000, 2L << 30, 7, 99, 3L << 20, Optional.of(8L << 20)),
                        new ModelPolicy(List.of("ollama/llama3.2:3b"), 4096, List.of(Placement.CLOUD)),
                        new MemoryPolicy("shared.notes", 0, new MemoryPolicy.Rag(3, false)),
                        new Security(List.of("fs.write"), List.of("public")),
                        new Observability(Tracing.OPENTELEMETRY, List.of("prompt")),
                        Binding.SMOOTH,
                        new AgentRuntime.ProcessRuntime(
                                List.of("python3", "agent.py", "agent.py"),
                                "/workspace/src",
                                Optional.of("agents/python"),
                                Map.of("A", "", "B", "2")),
                        new Filesystem(List.of("/data/docs"), List.of("/srv/out"), List.of("/srv/out/live")),
                        new Egress(List.of("example.org", "*.example.org:8443", "192.0.2.1")),
                        new Budget(10, new BigDecimal("0.25"), 2, Duration.ofSeconds(90), 4),
                        Optional.of(new HrtSchedule(
                                Duration.ofMillis(20), Duration.ofMillis(10), Duration.ofNanos(2_500_000))),
                        new Supervision(
                                Optional.of(Duration.ofSeconds(5)),
                                new Supervision.Restart(
                                        RestartPolicy.ON_FAILURE, 9, Duration.ofMillis(100), Duration.ofSeconds(2)),
                                false),
                        new Consent(Unattended.REFUSE, Duration.ofMinutes(5))),
                contract);
    }

    @Test
    void aPlanKeepsItsArgumentsAndTheirTypes() {
        AgentContract contract = Contracts.contract("""
                capabilities: [fs.read, summarize]
                runtime:
                  managed:
                    prompt: "Be brief."
                    plan:
                      - id: read
                        tool: fs.read
                        with: { paths: ["${input.folder}"], glob: "*.md", deep: true, ratio: 0.5, limit: 10 }
                      - id: summary
                        tool: summarize
                        with: { documents: "${steps.read.documents}", options: { title: "On ${input.topic}" } }
                """);

        assertEquals(
                new AgentRuntime.Managed(
                        Optional.of("Be brief."),
                        List.of(
                                new PlanStep(
                                        "read",
                                        "fs.read",
                                        Map.of(
                                                "paths",
                                                List.of("${input.folder}"),
                                                "glob",
                                                "*.md",
                                                "deep",
                                                true,
                                                "ratio",
                                                0.5,
                                                "limit",
                                                10L)),
                                new PlanStep(
                                        "summary",
                                        "summarize",
                                        Map.of(
                                                "documents",
                                                "${steps.read.documents}",
                                                "options",
                                                Map.of("title", "On ${input.topic}"))))),
                contract.runtime());
        assertEquals("[folder, topic]", contract.inputs().toString());
    }

    @Test
    void thePermitContractIsAcceptedAsItStands() {
        Path file = Contracts.root().resolve("../shared/data/contracts/city-permit-assistant.yaml");
        Assumptions.assumeTrue(Files.exists(file), "SKIP: the sample contract is not beside this checkout");

        ParseOutcome.Parsed parsed = Contracts.accepted(ContractParser.parse(Contracts.read(file), "permit.yaml"));
        AgentContract contract = parsed.document().contract();

        assertEquals(
                List.of(
                        "permit.yaml:24:17: warning: \"fs.write\" is not in capabilities, so it stays forbidden:"
                                + " consent_for never grants [consent-not-capability]; add it to capabilities if the"
                                + " agent may use it after asking",
                        "permit.yaml:24:29: warning: \"email.send\" is not in capabilities, so it stays forbidden:"
                                + " consent_for never grants [consent-not-capability]; add it to capabilities if the"
                                + " agent may use it after asking"),
                parsed.warnings().stream().map(Problem::toString).toList());
        assertEquals("city-permit-assistant", contract.name());
        assertEquals(LatencyClass.SRT, contract.latency());
        assertEquals(
                new Slo(Optional.of(Duration.ofMillis(250)), Optional.of(Duration.ofSeconds(1)), OptionalInt.of(20)),
                contract.slo());
        assertEquals(List.of("web.fetch", "rag.retrieve", "summarize"), contract.capabilities());
        assertEquals(new Compute(2000, 4L << 30, 8L << 30, 128, 1024), contract.compute());
        assertEquals(
                new ModelPolicy(
                        List.of("local/llama-3.1-8B", "cloud/claude-sonnet"),
                        32_000,
                        List.of(Placement.ON_PREM, Placement.EDGE)),
                contract.modelPolicy());
        assertEquals(new MemoryPolicy("city-planning", 90, new MemoryPolicy.Rag(8, true)), contract.memory());
        assertEquals(
                List.of("city-permits", "public-records"), contract.security().dataScopes());
        assertEquals(
                new Observability(Tracing.OPENTELEMETRY, List.of("prompt", "sources", "tool_hashes")),
                contract.observability());
        assertEquals(AgentRuntime.Managed.DEFAULT, contract.runtime());
        assertEquals(
                "permit.yaml:14:3 (compute.gpu_mem)",
                parsed.document().lineOf("compute.gpu_mem").toString());
    }

    @Test
    void fiveDifferentMistakesAreToldAtOnceEachAtItsPlace() {
        Path file = Contracts.root().resolve("examples/five-mistakes.yaml");
        List<Problem> problems = Contracts.refused(ContractParser.parse(Contracts.read(file), "five.yaml"));

        assertEquals(
                List.of(
                        "five.yaml:8:12: error: \"STR\" is not one of HRT, SRT, DT [bad-value]; did you mean \"SRT\"?"
                                + " write one of HRT, SRT, DT",
                        "five.yaml:9:1: error: a contract has no \"capabilites\" [unknown-key]; did you mean"
                                + " \"capabilities\"?",
                        "five.yaml:11:8: error: \"4 GiB\" is no size [bad-unit]; write \"4GiB\"",
                        "five.yaml:13:10: error: budget.turns must be a number, not the text \"50\" [wrong-type]; write"
                                + " 50 without quotes",
                        "five.yaml:15:11: error: \"/data/../etc\" climbs with \"..\" [bad-path]; write where it leads"),
                problems.stream().map(Problem::toString).toList());
    }

    @Test
    void anUnknownKeyNamesTheSectionThatHasIt() {
        assertEquals(
                List.of(
                        "c.yaml:4:1: error: a contract has no \"latency\" [unknown-key]; did you mean class.latency?",
                        "c.yaml:6:3: error: a contract has no \"compute.memory\" [unknown-key]; did you mean \"mem\"?",
                        "c.yaml:7:1: error: a contract has no \"zzz\" [unknown-key]; the keys here are apiVersion, kind,"
                                + " name, class, slo, capabilities, compute, modelPolicy, memory, security,"
                                + " observability, binding, runtime, filesystem, egress, budget, schedule, supervision,"
                                + " consent"),
                Contracts.problems("latency: SRT\ncompute:\n  memory: 1GiB\nzzz: 1\n"));
    }

    @Test
    void aKeyThatAppearsTwiceIsReportedWhereItStandsTheSecondTime() {
        assertEquals(
                List.of("c.yaml:6:3: error: \"cpu\" is already on line 5 [duplicate-key]; keep one of the two"),
                Contracts.problems("compute:\n  cpu: 1\n  cpu: 2\n"));
    }

    @Test
    void whatIsMissingIsReportedWithAnExample() {
        assertEquals(
                List.of(
                        "c.yaml:1:1: error: \"apiVersion\" is missing [missing-key]; write apiVersion: agentos/v0.2;"
                                + " supported are agentos/v0.2, agentos/v0.1",
                        "c.yaml:1:1: error: \"kind\" is missing [missing-key]; add a line such as kind: AgentContract",
                        "c.yaml:1:1: error: \"name\" is missing [missing-key]; add a line such as name: my-agent"),
                Contracts.lines(ContractParser.parse("binding: strict\n", Contracts.SOURCE)));
    }

    @Test
    void aWrongTypeSaysWhatIsThereAndWhatToWrite() {
        assertEquals(
                List.of(
                        "c.yaml:4:8: error: class must be a mapping, not the text \"SRT\" [wrong-type]; put its fields"
                                + " below it, indented, or remove the line",
                        "c.yaml:5:15: error: capabilities must be a list, not the text \"web.fetch\" [wrong-type]; write"
                                + " it in brackets: [\"web.fetch\"]",
                        "c.yaml:6:9: error: budget must be a mapping, not nothing [wrong-type]; put its fields below it,"
                                + " indented, or remove the line",
                        "c.yaml:8:14: error: memory.namespace must be text, not the number 7 [wrong-type]; write \"7\""
                                + " in quotes",
                        "c.yaml:9:29: error: memory.rag.require_grounding must be true or false, not the text \"yes\""
                                + " [wrong-type]; write true or false, without quotes",
                        "c.yaml:10:30: error: supervision.heartbeat_ms must be a number, not a list [wrong-type]; write"
                                + " a plain number, 100 to 3600000",
                        "c.yaml:11:21: error: egress.domains[0] must be text, not true [wrong-type]; write \"true\" in"
                                + " quotes"),
                Contracts.problems("""
                        class: SRT
                        capabilities: web.fetch
                        budget: ~
                        memory:
                          namespace: 7
                          rag: { require_grounding: yes }
                        supervision: { heartbeat_ms: [1] }
                        egress: { domains: [true] }
                        """));
    }

    @Test
    void quantitiesSayWhichUnitIsMissing() {
        assertEquals(
                List.of(
                        "c.yaml:4:17: error: \"two\" is no amount of CPU [bad-unit]; write CPUs (\"2\", \"1.5\") or"
                                + " thousandths (\"500m\")",
                        "c.yaml:4:27: error: compute.mem needs a unit, and 512 has none [bad-unit]; write a size such as"
                                + " \"512MiB\"",
                        "c.yaml:4:41: error: \"4GB \" is no size [bad-unit]; write \"4GB\"",
                        "c.yaml:5:22: error: budget.wall_time cannot be 400d [out-of-range]; write 1s to 365d",
                        "c.yaml:5:38: error: budget.cost_usd cannot be -1 [out-of-range]; write 0 to 1000000",
                        "c.yaml:5:50: error: budget.tokens must be a whole number, not 1.5 [wrong-type]; round it"),
                Contracts.problems("compute: { cpu: two, mem: 512, gpu_mem: \"4GB \" }\n"
                        + "budget: { wall_time: 400d, cost_usd: -1, tokens: 1.5 }\n"));
    }

    @Test
    void equalEntriesOfAListAreKeptOnceWithAWarning() {
        ParseOutcome.Parsed parsed = Contracts.accepted(ContractParser.parse(
                Contracts.HEAD + "capabilities: [a, b, a]\nfilesystem: { read: [/x/y, /x//y/] }\n", Contracts.SOURCE));

        assertEquals(List.of("a", "b"), parsed.document().contract().capabilities());
        assertEquals(List.of("/x/y"), parsed.document().contract().filesystem().read());
        assertEquals(
                List.of(
                        "c.yaml:4:22: warning: \"a\" is already in capabilities [duplicate-entry]; remove one of the two",
                        "c.yaml:5:28: warning: \"/x//y/\" is already in filesystem.read [duplicate-entry]; remove one of"
                                + " the two"),
                parsed.warnings().stream().map(Problem::toString).toList());
    }

    @Test
    void aLogFieldThatTheTrailDoesNotHaveIsAWarning() {
        assertEquals(
                List.of("c.yaml:4:31: warning: the trail has no field \"promt\", so it will stay empty"
                        + " [unknown-log-field]; did you mean \"prompt\"?"),
                Contracts.problems("observability: { log_fields: [promt] }\n"));
    }

    @Test
    void runtimeIsExactlyOneThing() {
        assertEquals(
                List.of("c.yaml:4:10: error: runtime is both managed and process [bad-value]; keep exactly one of"
                        + " runtime.managed and runtime.process"),
                Contracts.problems("runtime: { managed: {}, process: {} }\n"));
        assertEquals(
                List.of("c.yaml:4:10: error: runtime is neither managed nor process [bad-value]; keep exactly one of"
                        + " runtime.managed and runtime.process"),
                Contracts.problems("runtime: {}\n"));
        assertEquals(
                AgentRuntime.ProcessRuntime.of(List.of()),
                Contracts.contract("runtime: { process: {} }\n").runtime());
        assertTrue(Contracts.problems("runtime: { process: { command: [] } }\n")
                .getFirst()
                .contains("command is empty"));
        assertTrue(Contracts.problems("runtime: { process: { command: [\"\"] } }\n")
                .getFirst()
                .contains("the command has no program"));
    }

    @Test
    void aProcessMayNotTakeTheVariablesOfTheService() {
        assertEquals(
                List.of(
                        "c.yaml:7:7: error: \"agentos_token\" is reserved: the service sets the variables that begin with"
                                + " AGENTOS_ [bad-value]; choose another name",
                        "c.yaml:8:7: error: \"A-B\" is no variable name [bad-value]; use letters, digits and '_', not"
                                + " beginning with a digit",
                        "c.yaml:9:13: error: runtime.process.env.PORT must be text, not the number 80 [wrong-type]; write"
                                + " \"80\" in quotes"),
                Contracts.problems("""
                        runtime:
                          process:
                            env:
                              agentos_token: x
                              A-B: x
                              PORT: 80
                        """));
    }

    @Test
    void moreProblemsThanAnyoneReadsAreCounted() {
        List<String> problems = Contracts.problems("zz"
                .concat(String.join(
                        "\nzz", IntStream.range(0, 150).mapToObj(i -> i + ": 1").toList())));

        assertEquals(101, problems.size());
        assertEquals(
                "c.yaml:1:1: error: 50 more problems are not listed [too-many]; solve these first", problems.getLast());
    }
}
