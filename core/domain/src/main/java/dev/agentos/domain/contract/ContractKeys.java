package dev.agentos.domain.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of a contract, by section. A test holds the published schema to the same list. */
final class ContractKeys {
    /** Stands for any step in the path of a plan's keys. */
    static final String STEP = "runtime.managed.plan[]";

    private static final Map<String, List<String>> BY_SECTION = bySection();

    /** Top-level keys of {@code agentos/v0.1}. */
    static final List<String> V01 = List.of(
            "apiVersion",
            "kind",
            "name",
            "latency",
            "slo",
            "tools",
            "compute",
            "models",
            "memory",
            "security",
            "observability");

    private ContractKeys() {}

    private static Map<String, List<String>> bySection() {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put(
                "",
                List.of(
                        "apiVersion",
                        "kind",
                        "name",
                        "class",
                        "slo",
                        "capabilities",
                        "compute",
                        "modelPolicy",
                        "memory",
                        "security",
                        "observability",
                        "binding",
                        "runtime",
                        "filesystem",
                        "egress",
                        "budget",
                        "schedule",
                        "supervision",
                        "consent"));
        keys.put("class", List.of("latency"));
        keys.put("slo", List.of("onset_ms", "turn_ms", "jitter_p95_pct"));
        keys.put("compute", List.of("cpu", "mem", "gpu_mem", "pids", "open_files", "disk", "io"));
        keys.put("modelPolicy", List.of("allow", "max_context_tokens", "placement"));
        keys.put("memory", List.of("namespace", "retention_days", "rag"));
        keys.put("memory.rag", List.of("top_k", "require_grounding"));
        keys.put(
                "security",
                List.of("consent_for", "data_scopes", "check_origins", "on_tainted", "trusted_sources", "secrets"));
        keys.put("observability", List.of("tracing", "log_fields"));
        keys.put("runtime", List.of("managed", "process"));
        keys.put("runtime.managed", List.of("prompt", "plan", "answer"));
        keys.put(STEP, List.of("id", "tool", "with"));
        keys.put("runtime.process", List.of("command", "workdir", "image", "env"));
        keys.put("filesystem", List.of("read", "write", "hold"));
        keys.put("egress", List.of("domains"));
        keys.put("budget", List.of("tokens", "cost_usd", "turns", "wall_time", "tool_calls"));
        keys.put("schedule", List.of("period_ms", "deadline_ms", "wcet_ms"));
        keys.put("supervision", List.of("heartbeat_ms", "restart", "dead_letter"));
        keys.put("supervision.restart", List.of("policy", "max", "backoff_ms", "backoff_max_ms"));
        keys.put("consent", List.of("unattended", "max_wait"));
        return keys;
    }

    static Map<String, List<String>> all() {
        return BY_SECTION;
    }

    /** The keys of a section, whose path may go through a numbered step. */
    static List<String> of(String section) {
        return BY_SECTION.getOrDefault(section.replaceAll("\\[[0-9]+\\]", "[]"), List.of());
    }

    /** The full path of a key that exists, but in another section. */
    static Optional<String> elsewhere(String key) {
        for (Map.Entry<String, List<String>> section : BY_SECTION.entrySet()) {
            if (section.getValue().contains(key)) {
                return Optional.of(section.getKey().isEmpty() ? key : section.getKey() + "." + key);
            }
        }
        return Optional.empty();
    }
}
