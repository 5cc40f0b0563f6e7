package dev.agentos.domain.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tree of a contract in effect, in the order and the units of a contract file. */
final class ContractTree {
    private ContractTree() {}

    static Map<String, Object> of(AgentContract contract) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("apiVersion", contract.apiVersion());
        root.put("kind", AgentContract.KIND);
        root.put("name", contract.name());
        root.put("class", Map.of("latency", contract.latency().word()));
        putUnlessEmpty(root, "slo", slo(contract.slo()));
        root.put("capabilities", contract.capabilities());
        root.put("compute", compute(contract.compute()));
        root.put("modelPolicy", models(contract.modelPolicy()));
        root.put("memory", memory(contract.memory()));
        root.put("security", security(contract.security()));
        root.put("observability", observability(contract.observability()));
        root.put("binding", contract.binding().word());
        root.put("runtime", runtime(contract.runtime()));
        root.put("filesystem", filesystem(contract.filesystem()));
        root.put("egress", Map.of("domains", contract.egress().domains()));
        root.put("budget", budget(contract.budget()));
        contract.schedule().ifPresent(schedule -> root.put("schedule", schedule(schedule)));
        root.put("supervision", supervision(contract.supervision()));
        root.put("consent", consent(contract.consent()));
        return root;
    }

    private static Map<String, Object> slo(Slo slo) {
        Map<String, Object> map = new LinkedHashMap<>();
        slo.onset().ifPresent(value -> map.put("onset_ms", value.toMillis()));
        slo.turn().ifPresent(value -> map.put("turn_ms", value.toMillis()));
        slo.jitterP95Pct().ifPresent(value -> map.put("jitter_p95_pct", value));
        return map;
    }

    private static Map<String, Object> compute(Compute compute) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("cpu", Quantities.formatCpu(compute.cpuMillis()));
        map.put("mem", Quantities.formatBytes(compute.memBytes()));
        map.put("gpu_mem", Quantities.formatBytes(compute.gpuMemBytes()));
        map.put("pids", compute.pids());
        map.put("open_files", compute.openFiles());
        map.put("disk", Quantities.formatBytes(compute.diskBytes()));
        compute.ioBytesPerSecond().ifPresent(value -> map.put("io", Quantities.formatBytes(value)));
        return map;
    }

    private static Map<String, Object> models(ModelPolicy policy) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("allow", policy.allow());
        map.put("max_context_tokens", policy.maxContextTokens());
        map.put("placement", policy.placement().stream().map(Placement::word).toList());
        return map;
    }

    private static Map<String, Object> memory(MemoryPolicy memory) {
        Map<String, Object> rag = new LinkedHashMap<>();
        rag.put("top_k", memory.rag().topK());
        rag.put("require_grounding", memory.rag().requireGrounding());
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("namespace", memory.namespace());
        map.put("retention_days", memory.retentionDays());
        map.put("rag", rag);
        return map;
    }

    private static Map<String, Object> security(Security security) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("consent_for", security.consentFor());
        map.put("data_scopes", security.dataScopes());
        if (!security.origins().equals(OriginRules.DEFAULT)) {
            // Left out where it is the default, so that contracts from before keep their digest.
            map.put("check_origins", security.origins().check().word());
            map.put("on_tainted", security.origins().onTainted().word());
            map.put("trusted_sources", security.origins().trustedSources());
        }
        if (!security.secrets().isEmpty()) {
            // Left out where there is none, so that contracts from before keep their digest.
            map.put("secrets", security.secrets());
        }
        return map;
    }

    private static Map<String, Object> observability(Observability observability) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("tracing", observability.tracing().word());
        map.put("log_fields", observability.logFields());
        return map;
    }

    private static Map<String, Object> runtime(AgentRuntime runtime) {
        return switch (runtime) {
            case AgentRuntime.Managed managed -> Map.of("managed", managed(managed));
            case AgentRuntime.ProcessRuntime process -> Map.of("process", process(process));
        };
    }

    private static Map<String, Object> managed(AgentRuntime.Managed managed) {
        Map<String, Object> map = new LinkedHashMap<>();
        managed.prompt().ifPresent(prompt -> map.put("prompt", prompt));
        if (!managed.answer().isEmpty()) {
            map.put("answer", managed.answer());
        }
        map.put("plan", managed.plan().stream().map(ContractTree::step).toList());
        return map;
    }

    private static Map<String, Object> step(PlanStep step) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", step.id());
        map.put("tool", step.tool());
        map.put("with", step.with());
        return map;
    }

    private static Map<String, Object> process(AgentRuntime.ProcessRuntime process) {
        Map<String, Object> map = new LinkedHashMap<>();
        putUnlessEmpty(map, "command", process.command());
        map.put("workdir", process.workdir());
        process.image().ifPresent(image -> map.put("image", image));
        map.put("env", process.env());
        return map;
    }

    private static Map<String, Object> filesystem(Filesystem filesystem) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("read", filesystem.read());
        map.put("write", filesystem.write());
        map.put("hold", filesystem.hold());
        return map;
    }

    private static Map<String, Object> budget(Budget budget) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("tokens", budget.tokens());
        map.put("cost_usd", budget.costUsd());
        map.put("turns", budget.turns());
        map.put("wall_time", Quantities.formatDuration(budget.wallTime()));
        map.put("tool_calls", budget.toolCalls());
        return map;
    }

    private static Map<String, Object> schedule(HrtSchedule schedule) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("period_ms", FieldRules.millis(schedule.period()));
        map.put("deadline_ms", FieldRules.millis(schedule.deadline()));
        map.put("wcet_ms", FieldRules.millis(schedule.wcet()));
        return map;
    }

    private static Map<String, Object> supervision(Supervision supervision) {
        Supervision.Restart restart = supervision.restart();
        Map<String, Object> restarts = new LinkedHashMap<>();
        restarts.put("policy", restart.policy().word());
        restarts.put("max", restart.max());
        restarts.put("backoff_ms", restart.backoffMin().toMillis());
        restarts.put("backoff_max_ms", restart.backoffMax().toMillis());
        Map<String, Object> map = new LinkedHashMap<>();
        supervision.heartbeat().ifPresent(value -> map.put("heartbeat_ms", value.toMillis()));
        map.put("restart", restarts);
        map.put("dead_letter", supervision.deadLetter());
        return map;
    }

    private static Map<String, Object> consent(Consent consent) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("unattended", consent.unattended().word());
        map.put("max_wait", Quantities.formatDuration(consent.maxWait()));
        return map;
    }

    private static void putUnlessEmpty(Map<String, Object> map, String key, Object value) {
        boolean empty = switch (value) {
            case Map<?, ?> inner -> inner.isEmpty();
            case List<?> items -> items.isEmpty();
            default -> false;
        };
        if (!empty) {
            map.put(key, value);
        }
    }
}
