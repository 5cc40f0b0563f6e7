package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published schema and the parser say the same, field by field. */
class ContractSchemaTest {
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ContractSchema.json());

    /** Codes of problems that a schema of single fields cannot find; every one is listed in docs/contract.md. */
    private static final Set<String> BEYOND_THE_SCHEMA = Set.of(
            "hrt-managed",
            "hrt-no-schedule",
            "schedule-order",
            "slo-order",
            "backoff-order",
            "tool-not-capability",
            "duplicate-step",
            "bad-reference",
            "hold-not-write");

    static List<String> accepted() {
        return List.of(
                "",
                "class: {}",
                "class: { latency: SRT }",
                "slo: { onset_ms: 1, turn_ms: 86400000, jitter_p95_pct: 100 }",
                "slo: { onset_ms: 2.0 }",
                "capabilities: [a, B.c_d:e/f-g]",
                "capabilities: []",
                "compute: { cpu: 0.01, mem: 1MiB, gpu_mem: 0B, pids: 4194304, open_files: 16 }",
                "compute: { cpu: \"1024\", mem: 4503599627370496B }",
                "compute: { cpu: 500m }",
                "compute: { disk: 1MiB, io: 64KiB }",
                "modelPolicy: { allow: [], max_context_tokens: 10000000, placement: [] }",
                "modelPolicy: { allow: [\"openai/gpt-4o@2024:x+y/z\"] }",
                "memory: { namespace: a.b_c-d, retention_days: 0, rag: {} }",
                "memory: { rag: { top_k: 100, require_grounding: false } }",
                "security: { consent_for: [x], data_scopes: [A/b:c] }",
                "observability: { tracing: none, log_fields: [anything_at_all] }",
                "binding: flexible",
                "runtime: { managed: {} }",
                "runtime: { managed: { prompt: \"\", plan: [] } }",
                "capabilities: [t]\nruntime: { managed: { plan: [ { id: a, tool: t, with: { a: [1, {b: true}], c: 0.5 } } ] } }",
                "runtime: { process: {} }",
                "runtime: { process: { command: [a, \"\"], workdir: /w, image: x/y, env: { A: \"\", _b1: c } } }",
                "filesystem: { read: [/a, workspace, workspace/b, \"${input.a}\", \"${input.a}/b\"], write: [/a//./b/], hold: [] }",
                "filesystem: { read: [/..., /devices, /a..b, /~, /$x] }",
                "egress: { domains: [a, a.b, \"*.a.b\", A.B, a.b:1, a:65535, 1.2.3.4, 255.255.255.255:80, a1.xn--b] }",
                "budget: { tokens: 0, cost_usd: 0, turns: 1, wall_time: 1s, tool_calls: 0 }",
                "budget: { tokens: 1000000000000, cost_usd: 1000000, turns: 1000000, wall_time: 365d, tool_calls: 10000000 }",
                "budget: { cost_usd: 0.000001, tokens: 1e3 }",
                "schedule: { period_ms: 1000, deadline_ms: 20, wcet_ms: 0.01 }",
                "supervision: { heartbeat_ms: 100, restart: {}, dead_letter: false }",
                "supervision: { restart: { policy: always, max: 0, backoff_ms: 1, backoff_max_ms: 3600000 } }",
                "consent: { unattended: refuse, max_wait: 30d }");
    }

    static List<String> refused() {
        return List.of(
                "zzz: 1",
                "class: SRT",
                "class: { latency: srt }",
                "class: { latency: 1 }",
                "class: ~",
                "slo: { onset_ms: 0 }",
                "slo: { onset_ms: 1.5 }",
                "slo: { turn_ms: 86400001 }",
                "slo: { jitter_p95_pct: 101 }",
                "slo: { onset_ms: \"1\" }",
                "capabilities: a",
                "capabilities: [\"\"]",
                "capabilities: [\"web.*\"]",
                "capabilities: [1]",
                "capabilities: [~]",
                "compute: { cpu: 0.009 }",
                "compute: { cpu: 1025 }",
                "compute: { cpu: two }",
                "compute: { cpu: -1 }",
                "compute: { cpu: true }",
                "compute: { mem: 512 }",
                "compute: { mem: \"4GB \" }",
                "compute: { mem: 4gib }",
                "compute: { mem: 1.5GiB }",
                "compute: { pids: 0 }",
                "compute: { open_files: 15 }",
                "compute: { disk: 100 }",
                "compute: { memory: 1GiB }",
                "modelPolicy: { allow: [llama] }",
                "modelPolicy: { max_context_tokens: 0 }",
                "modelPolicy: { placement: [moon] }",
                "memory: { namespace: A }",
                "memory: { retention_days: -1 }",
                "memory: { rag: { top_k: 0 } }",
                "memory: { rag: { require_grounding: yes } }",
                "memory: { rag: { k: 1 } }",
                "security: { data_scopes: [\"a b\"] }",
                "observability: { tracing: on }",
                "observability: { log_fields: [A-b] }",
                "binding: loose",
                "runtime: {}",
                "runtime: { managed: {}, process: {} }",
                "runtime: { managed: ~ }",
                "runtime: { managed: { prompt: 1 } }",
                "runtime: { managed: { prompt: \"a\\0b\" } }",
                "runtime: { managed: { plan: [ { id: A, tool: t } ] } }",
                "runtime: { managed: { plan: [ { id: a } ] } }",
                "runtime: { managed: { plan: [ { tool: t } ] } }",
                "runtime: { managed: { plan: [ { id: a, tool: t, with: { x: ~ } } ] } }",
                "runtime: { managed: { plan: [ { id: a, tool: t, with: { x: [ { y: ~ } ] } } ] } }",
                "runtime: { managed: { plan: [ { id: a, tool: t, when: x } ] } }",
                "runtime: { process: { command: [] } }",
                "runtime: { process: { command: [\"\"] } }",
                "runtime: { process: { command: \"ls -l\" } }",
                "runtime: { process: { command: [\"a\\0b\"] } }",
                "runtime: { process: { workdir: here } }",
                "runtime: { process: { workdir: \"${input.a}\" } }",
                "runtime: { process: { image: \"\" } }",
                "runtime: { process: { env: { AGENTOS_X: a } } }",
                "runtime: { process: { env: { Agentos_x: a } } }",
                "runtime: { process: { env: { 1a: a } } }",
                "runtime: { process: { env: { A: 1 } } }",
                "filesystem: { read: [a] }",
                "filesystem: { read: [\"\"] }",
                "filesystem: { read: [/] }",
                "filesystem: { read: [/./] }",
                "filesystem: { read: [/a/../b] }",
                "filesystem: { read: [\"~/a\"] }",
                "filesystem: { read: [/proc/self] }",
                "filesystem: { read: [//dev] }",
                "filesystem: { read: [/./run] }",
                "filesystem: { read: [\"/a\\0\"] }",
                "filesystem: { read: [\"/a/${input.b}\"] }",
                "filesystem: { read: [\"${input.a}${input.b}\"] }",
                "filesystem: { read: [\"${input.a}b\"] }",
                "filesystem: { execute: [/a] }",
                "egress: { domains: [\"*\"] }",
                "egress: { domains: [\"*.org\"] }",
                "egress: { domains: [\"https://a.b\"] }",
                "egress: { domains: [\"a.b:65536\"] }",
                "egress: { domains: [256.1.1.1] }",
                "budget: { tokens: -1 }",
                "budget: { cost_usd: 1000001 }",
                "budget: { cost_usd: \"1\" }",
                "budget: { turns: 0 }",
                "budget: { wall_time: 30 }",
                "budget: { wall_time: 1h30m }",
                "budget: { wall_time: unlimited }",
                "schedule: {}",
                "schedule: { period_ms: 20, deadline_ms: 10 }",
                "schedule: { period_ms: 20, deadline_ms: 21, wcet_ms: 1 }",
                "schedule: { period_ms: 1001, deadline_ms: 20, wcet_ms: 1 }",
                "schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 0.001 }",
                "supervision: { heartbeat_ms: 99 }",
                "supervision: { restart: { policy: sometimes } }",
                "supervision: { restart: { max: 1001 } }",
                "supervision: { dead_letter: 1 }",
                "consent: { unattended: maybe }",
                "consent: { max_wait: soon }");
    }

    /** Refused by the parser for reasons that no schema of single fields sees; the schema accepts them. */
    static List<String> beyondTheSchema() {
        return List.of(
                "class: { latency: HRT }",
                "class: { latency: HRT }\nruntime: { process: {} }",
                "schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 11 }",
                "slo: { onset_ms: 2, turn_ms: 1 }",
                "supervision: { restart: { backoff_ms: 2, backoff_max_ms: 1 } }",
                "runtime: { managed: { plan: [ { id: a, tool: t } ] } }",
                "capabilities: [t]\nruntime: { managed: { plan: [ { id: a, tool: t }, { id: a, tool: t } ] } }",
                "capabilities: [t]\nruntime: { managed: { plan: [ { id: a, tool: t, with: { x: \"${steps.b.c}\" } } ] } }",
                "filesystem: { hold: [/a] }");
    }

    /** Ranges of quantities with units, and decimals: a pattern sees digits, not amounts. */
    static List<String> amountsBeyondTheSchema() {
        return List.of(
                "compute: { cpu: \"1025\" }",
                "compute: { cpu: 9m }",
                "compute: { mem: 1KiB }",
                "compute: { gpu_mem: 9999999999999999TiB }",
                "budget: { wall_time: 999ms }",
                "consent: { max_wait: 31d }",
                "budget: { cost_usd: 0.0000001 }",
                "compute: { cpu: 1.0001 }",
                "schedule: { period_ms: 20.0001, deadline_ms: 10, wcet_ms: 1 }");
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void bothAccept(String body) {
        Contracts.document(body + "\n");
        assertEquals(List.of(), schemaErrors(body));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void bothRefuse(String body) {
        Contracts.refused(ContractParser.parse(Contracts.HEAD + body + "\n", Contracts.SOURCE));
        assertTrue(!schemaErrors(body).isEmpty(), "the schema accepts " + body);
    }

    @ParameterizedTest
    @MethodSource("beyondTheSchema")
    void onlyTheParserKnowsTheRulesBetweenFields(String body) {
        List<Problem> problems =
                Contracts.refused(ContractParser.parse(Contracts.HEAD + body + "\n", Contracts.SOURCE));

        assertEquals(List.of(), schemaErrors(body));
        problems.stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .forEach(problem -> assertTrue(BEYOND_THE_SCHEMA.contains(problem.code()), problem.toString()));
    }

    @Test
    void everyRuleBeyondTheSchemaIsShown() {
        Set<String> shown = new TreeSet<>();
        for (String body : beyondTheSchema()) {
            Contracts.refused(ContractParser.parse(Contracts.HEAD + body + "\n", Contracts.SOURCE)).stream()
                    .filter(problem -> problem.severity() == Severity.ERROR)
                    .forEach(problem -> shown.add(problem.code()));
        }
        assertEquals(new TreeSet<>(BEYOND_THE_SCHEMA), shown);
    }

    @ParameterizedTest
    @MethodSource("amountsBeyondTheSchema")
    void onlyTheParserKnowsAmounts(String body) {
        Contracts.refused(ContractParser.parse(Contracts.HEAD + body + "\n", Contracts.SOURCE));
        assertEquals(List.of(), schemaErrors(body));
    }

    @Test
    void whatIsRequiredIsRequiredByBoth() {
        List<String> lines = Contracts.HEAD.lines().toList();
        for (String left : lines) {
            String text = String.join(
                            "\n",
                            lines.stream().filter(line -> !line.equals(left)).toList()) + "\n";
            Contracts.refused(ContractParser.parse(text, Contracts.SOURCE));
            assertTrue(!errorsOf(text).isEmpty(), left);
        }
        for (String name : List.of("A", "-a", "a-", "a b", "a".repeat(49))) {
            String text = Contracts.HEAD.replace("name: test", "name: \"" + name + "\"");
            Contracts.refused(ContractParser.parse(text, Contracts.SOURCE));
            assertTrue(!errorsOf(text).isEmpty(), name);
        }
    }

    @Test
    void theCanonicalFormOfEveryAcceptedContractSatisfiesTheSchema() {
        for (String body : accepted()) {
            assertEquals(List.of(), validate(Contracts.document(body + "\n").canonicalJson()), body);
        }
    }

    @Test
    void theSchemaHasExactlyTheKeysThatTheParserKnows() throws JsonFormatException {
        Map<?, ?> schema = (Map<?, ?>) parsed(ContractSchema.json());
        Map<String, List<String>> keys = new TreeMap<>();
        collect(schema, "", keys);
        collect(at(at(schema, "$defs"), "step"), ContractKeys.STEP, keys);

        assertEquals(ContractSchema.ID, schema.get("$id"));
        assertTrue(keys.size() > 15, "the walk saw the schema: " + keys.keySet());
        assertEquals(new TreeMap<>(ContractKeys.all()), keys);
    }

    /** A default written out changes nothing, so the digest stays. */
    @Test
    void theDefaultsInTheSchemaAreThoseOfTheParser() throws JsonFormatException {
        Map<String, Object> defaults = new TreeMap<>();
        collectDefaults((Map<?, ?>) parsed(ContractSchema.json()), "", defaults);

        assertTrue(defaults.size() > 30, "the walk saw the schema: " + defaults);
        defaults.forEach((path, value) -> {
            String bare = path.startsWith("runtime.process.") ? "runtime: { process: {} }\n" : "";
            String json = CanonicalJson.write(value);
            String[] keys = path.split("\\.");
            for (int i = keys.length - 1; i > 0; i--) {
                json = "{ " + keys[i] + ": " + json + " }";
            }
            assertEquals(
                    Contracts.document(bare).digest(),
                    Contracts.document(keys[0] + ": " + json + "\n").digest(),
                    path);
        });
    }

    private static void collectDefaults(Map<?, ?> schema, String path, Map<String, Object> defaults) {
        Object value = schema.get("default");
        if (value != null) {
            defaults.put(path, value);
        }
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((key, inner) -> {
                if (inner instanceof Map<?, ?> map) {
                    collectDefaults(map, path.isEmpty() ? String.valueOf(key) : path + "." + key, defaults);
                }
            });
        }
    }

    /** The keys of every closed object below; open ones (env, with) have none of their own. */
    private static void collect(Map<?, ?> schema, String path, Map<String, List<String>> keys) {
        if (!(schema.get("properties") instanceof Map<?, ?> properties)) {
            return;
        }
        keys.put(path, properties.keySet().stream().map(String::valueOf).toList());
        assertEquals(false, schema.get("additionalProperties"), path + " must be closed");
        properties.forEach((key, inner) -> {
            if (inner instanceof Map<?, ?> map) {
                collect(map, path.isEmpty() ? String.valueOf(key) : path + "." + key, keys);
            }
        });
    }

    private static Map<?, ?> at(Map<?, ?> map, String key) {
        if (map.get(key) instanceof Map<?, ?> inner) {
            return inner;
        }
        throw new AssertionError(key);
    }

    private static Object parsed(String json) throws JsonFormatException {
        return Optional.ofNullable(Json.parse(json)).orElseThrow();
    }

    private static List<String> schemaErrors(String body) {
        return errorsOf(Contracts.HEAD + body + "\n");
    }

    private static List<String> errorsOf(String yaml) {
        Findings findings = new Findings(Contracts.SOURCE);
        YamlTree tree = YamlReader.read(yaml, findings).orElseThrow();
        assertEquals(List.of(), findings.problems());
        return validate(CanonicalJson.write(new LinkedHashMap<>(((YamlTree.Mapping) tree).plain())));
    }

    private static List<String> validate(String json) {
        List<String> errors = new ArrayList<>();
        SCHEMA.validate(json, InputFormat.JSON).forEach(error -> errors.add(error.toString()));
        return errors;
    }
}
