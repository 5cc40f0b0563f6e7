package dev.agentos.domain.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** Reads the sections of a contract, one method each, and builds the contract if nothing was wrong. */
final class ContractReader {
    private final Section root;
    private final Findings findings;
    private final List<String> planTools = new ArrayList<>();

    private ContractReader(Section root, Findings findings) {
        this.root = root;
        this.findings = findings;
    }

    /** The contract, or nothing where errors were reported. */
    static Optional<AgentContract> read(YamlTree.Mapping mapping, Findings findings) {
        return new ContractReader(new Section(mapping, "", findings), findings).contract();
    }

    private Optional<AgentContract> contract() {
        root.require("kind", AgentContract.KIND);
        root.require("name", "my-agent");
        root.text("kind", ContractReader::kind);
        Optional<String> name = root.text("name", FieldRules::name);
        LatencyClass latency = root.section("class").word("latency", LatencyClass.DT);
        Slo slo = slo(latency);
        List<String> capabilities =
                root.texts("capabilities", FieldRules::capability, UnaryOperator.identity(), List.of());
        Compute compute = compute();
        ModelPolicy models = models();
        MemoryPolicy memory = memory(name.orElse("unnamed"));
        Security security = security();
        Observability observability = observability();
        Binding binding = root.word("binding", Binding.STRICT);
        AgentRuntime runtime = runtime();
        Filesystem filesystem = filesystem();
        Egress egress = egress();
        Budget budget = budget();
        Optional<HrtSchedule> schedule = schedule();
        Supervision supervision = supervision();
        Consent consent = consent();
        findings.report(new ContractRules.Parts(
                        latency, slo, capabilities, security, runtime, filesystem, egress, schedule, planTools)
                .check());
        if (findings.hasErrors() || name.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new AgentContract(
                AgentContract.API_VERSION,
                name.get(),
                latency,
                slo,
                capabilities,
                compute,
                models,
                memory,
                security,
                observability,
                binding,
                runtime,
                filesystem,
                egress,
                budget,
                schedule,
                supervision,
                consent));
    }

    private static Optional<Fault> kind(String kind) {
        return kind.equals(AgentContract.KIND)
                ? Optional.empty()
                : Fault.of(
                        "bad-value",
                        FieldRules.shown(kind) + " is no kind of document known here",
                        "write kind: " + AgentContract.KIND);
    }

    private Slo slo(LatencyClass latency) {
        Section section = root.section("slo");
        var min = Duration.ofMillis(1);
        var max = Duration.ofMillis(Slo.MAX_MILLIS);
        Optional<Duration> onset = section.wholeMillis("onset_ms", min, max);
        Optional<Duration> turn = section.wholeMillis("turn_ms", min, max);
        OptionalInt jitter = section.has("jitter_p95_pct")
                ? OptionalInt.of((int) section.whole("jitter_p95_pct", 1, 100, 1))
                : OptionalInt.empty();
        if (findings.hasErrorIn("slo")) {
            return Slo.NONE.orDefaultsOf(latency);
        }
        Optional<Fault> fault = Slo.order(onset, turn);
        if (fault.isPresent()) {
            section.fault("onset_ms", fault.get());
            return Slo.NONE.orDefaultsOf(latency);
        }
        return new Slo(onset, turn, jitter).orDefaultsOf(latency);
    }

    private Compute compute() {
        Section section = root.section("compute");
        Compute defaults = Compute.DEFAULT;
        long io = section.bytes("io", Compute.MIN_IO, Compute.MAX_MEM, 0);
        return new Compute(
                section.cpu("cpu", Compute.MIN_CPU_MILLIS, Compute.MAX_CPU_MILLIS, defaults.cpuMillis()),
                section.bytes("mem", Compute.MIN_MEM, Compute.MAX_MEM, defaults.memBytes()),
                section.bytes("gpu_mem", 0, Compute.MAX_MEM, defaults.gpuMemBytes()),
                (int) section.whole("pids", 1, Compute.MAX_PIDS, defaults.pids()),
                (int) section.whole("open_files", Compute.MIN_FILES, Compute.MAX_FILES, defaults.openFiles()),
                section.bytes("disk", Compute.MIN_DISK, Compute.MAX_MEM, defaults.diskBytes()),
                io == 0 ? Optional.empty() : Optional.of(io));
    }

    private ModelPolicy models() {
        Section section = root.section("modelPolicy");
        ModelPolicy defaults = ModelPolicy.DEFAULT;
        return new ModelPolicy(
                section.texts("allow", FieldRules::model, UnaryOperator.identity(), defaults.allow()),
                (int) section.whole("max_context_tokens", 1, ModelPolicy.MAX_CONTEXT, defaults.maxContextTokens()),
                section.words("placement", Placement.class, defaults.placement()));
    }

    private MemoryPolicy memory(String name) {
        Section section = root.section("memory");
        Section rag = section.section("rag");
        MemoryPolicy defaults = MemoryPolicy.defaultFor(name);
        return new MemoryPolicy(
                section.text("namespace", FieldRules::namespace).orElse(defaults.namespace()),
                (int) section.whole("retention_days", 0, MemoryPolicy.MAX_RETENTION_DAYS, defaults.retentionDays()),
                new MemoryPolicy.Rag(
                        (int) rag.whole(
                                "top_k",
                                1,
                                MemoryPolicy.Rag.MAX_TOP_K,
                                defaults.rag().topK()),
                        rag.truth("require_grounding", defaults.rag().requireGrounding())));
    }

    private Security security() {
        Section section = root.section("security");
        return new Security(
                section.texts("consent_for", FieldRules::capability, UnaryOperator.identity(), List.of()),
                section.texts("data_scopes", FieldRules::dataScope, UnaryOperator.identity(), List.of()),
                new OriginRules(
                        section.word("check_origins", OriginRules.DEFAULT.check()),
                        section.word("on_tainted", OriginRules.DEFAULT.onTainted()),
                        section.texts(
                                "trusted_sources", FieldRules::trustedSource, UnaryOperator.identity(), List.of())),
                section.texts("secrets", FieldRules::secretName, UnaryOperator.identity(), List.of()));
    }

    private Observability observability() {
        Section section = root.section("observability");
        Observability read = new Observability(
                section.word("tracing", Tracing.NONE),
                section.texts("log_fields", FieldRules::logField, UnaryOperator.identity(), List.of()));
        for (int i = 0; i < read.logFields().size(); i++) {
            String field = read.logFields().get(i);
            if (!Observability.KNOWN_LOG_FIELDS.contains(field)) {
                String path = "observability.log_fields[" + i + "]";
                findings.warning(
                        path,
                        ContractDocument.nearest(path, findings.positions()),
                        "unknown-log-field",
                        "the trail has no field \"" + field + "\", so it will stay empty",
                        Suggestions.didYouMean(field, Observability.KNOWN_LOG_FIELDS)
                                .orElse("the fields are " + String.join(", ", Observability.KNOWN_LOG_FIELDS)));
            }
        }
        return read;
    }

    private AgentRuntime runtime() {
        if (!root.has("runtime")) {
            return AgentRuntime.Managed.DEFAULT;
        }
        Section section = root.section("runtime");
        boolean managed = section.has("managed");
        boolean process = section.has("process");
        if (managed == process && !findings.hasErrorIn("runtime")) {
            root.fault(
                    "runtime",
                    new Fault(
                            "bad-value",
                            managed ? "runtime is both managed and process" : "runtime is neither managed nor process",
                            "keep exactly one of runtime.managed and runtime.process"));
        }
        AgentRuntime read = managed ? managed(section.section("managed")) : AgentRuntime.Managed.DEFAULT;
        return process ? process(section.section("process")) : read;
    }

    private AgentRuntime managed(Section section) {
        Optional<String> prompt = section.text("prompt", FieldRules::prompt);
        var answer = section.values("answer");
        List<Section> sections = section.sections("plan", AgentRuntime.Managed.MAX_STEPS);
        List<PlanStep> plan = new ArrayList<>();
        for (Section step : sections) {
            step.require("id", "read");
            step.require("tool", "fs.read");
            Optional<String> id = step.text("id", FieldRules::stepId);
            Optional<String> tool = step.text("tool", FieldRules::capability);
            var with = step.values("with");
            planTools.add(tool.orElse(""));
            if (id.isPresent() && tool.isPresent()) {
                plan.add(new PlanStep(id.get(), tool.get(), with));
            }
        }
        // Where a step could not be read, what refers to it would look wrong without being so.
        if (findings.hasErrorIn("runtime.managed.plan")) {
            return new AgentRuntime.Managed(prompt, List.of(), answer);
        }
        List<PlanRules.Found> found = PlanRules.check(plan);
        found.forEach(fault -> sections.get(fault.step()).fault(fault.key(), fault.fault()));
        return new AgentRuntime.Managed(prompt, found.isEmpty() ? plan : List.of(), answer);
    }

    private AgentRuntime process(Section section) {
        List<String> command = section.words("command", FieldRules::word, AgentRuntime.ProcessRuntime.MAX_WORDS);
        if (section.has("command") && command.isEmpty() && !findings.hasErrorIn("runtime.process.command")) {
            section.fault(
                    "command",
                    new Fault(
                            "bad-value",
                            "the command is empty",
                            "name the program, or remove the line and give the command when the agent is started"));
        }
        if (!command.isEmpty() && command.getFirst().isEmpty()) {
            FieldRules.command(command).ifPresent(fault -> section.fault("command", fault));
            command = List.of();
        }
        String workdir = section.text("workdir", path -> SandboxPaths.check(path, SandboxPaths.Kind.WORKDIR))
                .orElse(AgentRuntime.ProcessRuntime.WORKSPACE);
        Optional<String> image = section.text("image", FieldRules::image);
        var env =
                section.textMap("env", FieldRules::envName, FieldRules::envValue, AgentRuntime.ProcessRuntime.MAX_ENV);
        return findings.hasErrorIn("runtime.process")
                ? AgentRuntime.ProcessRuntime.of(List.of())
                : new AgentRuntime.ProcessRuntime(command, workdir, image, env);
    }

    private Filesystem filesystem() {
        Section section = root.section("filesystem");
        return new Filesystem(paths(section, "read"), paths(section, "write"), paths(section, "hold"));
    }

    private static List<String> paths(Section section, String key) {
        return section.texts(
                key, path -> SandboxPaths.check(path, SandboxPaths.Kind.DECLARED), SandboxPaths::normalise, List.of());
    }

    private Egress egress() {
        Section section = root.section("egress");
        return new Egress(
                section.texts("domains", FieldRules::domain, domain -> domain.toLowerCase(Locale.ROOT), List.of()));
    }

    private Budget budget() {
        Section section = root.section("budget");
        Budget defaults = Budget.DEFAULT;
        return new Budget(
                section.whole("tokens", 0, Budget.MAX_TOKENS, defaults.tokens()),
                section.decimal("cost_usd", BigDecimal.ZERO, Budget.MAX_COST, 6, defaults.costUsd()),
                (int) section.whole("turns", 1, Budget.MAX_TURNS, defaults.turns()),
                section.duration("wall_time", Budget.MIN_WALL_TIME, Budget.MAX_WALL_TIME, defaults.wallTime()),
                (int) section.whole("tool_calls", 0, Budget.MAX_TOOL_CALLS, defaults.toolCalls()));
    }

    private Optional<HrtSchedule> schedule() {
        if (!root.has("schedule")) {
            return Optional.empty();
        }
        Section section = root.section("schedule");
        if (!findings.hasErrorIn("schedule")) {
            section.require("period_ms", "20");
            section.require("deadline_ms", "10");
            section.require("wcet_ms", "2");
        }
        var period = section.fineMillis("period_ms", HrtSchedule.MIN, HrtSchedule.MAX_PERIOD);
        var deadline = section.fineMillis("deadline_ms", HrtSchedule.MIN, HrtSchedule.MAX_DEADLINE);
        var wcet = section.fineMillis("wcet_ms", HrtSchedule.MIN_WCET, HrtSchedule.MAX_DEADLINE);
        if (period.isEmpty() || deadline.isEmpty() || wcet.isEmpty()) {
            return Optional.empty();
        }
        Optional<Fault> fault = HrtSchedule.order(period.get(), deadline.get(), wcet.get());
        if (fault.isPresent()) {
            root.fault("schedule", fault.get());
            return Optional.empty();
        }
        return Optional.of(new HrtSchedule(period.get(), deadline.get(), wcet.get()));
    }

    private Supervision supervision() {
        Section section = root.section("supervision");
        Section restart = section.section("restart");
        Supervision.Restart defaults = Supervision.Restart.NEVER;
        RestartPolicy policy = restart.word("policy", defaults.policy());
        int max = (int) restart.whole("max", 0, Supervision.Restart.MAX_RESTARTS, defaults.max());
        var shortest = Supervision.Restart.MIN_BACKOFF;
        var longest = Supervision.Restart.MAX_BACKOFF;
        var backoffMin = restart.wholeMillis("backoff_ms", shortest, longest);
        var backoffMax = restart.wholeMillis("backoff_max_ms", shortest, longest);
        var first = backoffMin.orElse(earlier(defaults.backoffMin(), backoffMax));
        var last = backoffMax.orElse(later(defaults.backoffMax(), backoffMin));
        Optional<Fault> fault = Supervision.Restart.order(first, last);
        fault.filter(_ -> !findings.hasErrorIn("supervision.restart"))
                .ifPresent(found -> restart.fault("backoff_ms", found));
        return new Supervision(
                section.wholeMillis("heartbeat_ms", Supervision.MIN_HEARTBEAT, Supervision.MAX_HEARTBEAT),
                fault.isPresent() ? defaults : new Supervision.Restart(policy, max, first, last),
                section.truth("dead_letter", Supervision.DEFAULT.deadLetter()));
    }

    private static Duration earlier(Duration one, Optional<Duration> other) {
        return other.filter(value -> value.compareTo(one) < 0).orElse(one);
    }

    private static Duration later(Duration one, Optional<Duration> other) {
        return other.filter(value -> value.compareTo(one) > 0).orElse(one);
    }

    private Consent consent() {
        Section section = root.section("consent");
        return new Consent(
                section.word("unattended", Consent.DEFAULT.unattended()),
                section.duration("max_wait", Consent.MIN_WAIT, Consent.MAX_WAIT, Consent.DEFAULT.maxWait()));
    }
}
