package dev.agentos.domain.contract;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A contract in effect: every field has its value, defaults included, and the rules between fields hold.
 *
 * @param apiVersion always {@link #API_VERSION}: older ones are migrated while reading
 * @param name 1 to 48 of a-z, 0-9 and '-'; instances are {@code agent-NAME-NNN}
 * @param latency the class, DT by default
 * @param slo the declared objectives and, where one is absent, the class's own
 * @param capabilities the allow-list of tools; empty: none
 * @param compute CPU, memory and the rest
 * @param modelPolicy which models, how much context
 * @param memory namespace, retention, retrieval
 * @param security consent and data scopes
 * @param observability tracing and fields on record
 * @param binding what a mismatch does, strict by default
 * @param runtime managed, or a process
 * @param filesystem paths of the host
 * @param egress where it may connect to
 * @param budget what it may use up
 * @param schedule the reservation of an HRT agent; has no effect in another class
 * @param supervision heartbeat, restarts, dead letters
 * @param consent what a question does while nobody is there
 */
public record AgentContract(
        String apiVersion,
        String name,
        LatencyClass latency,
        Slo slo,
        List<String> capabilities,
        Compute compute,
        ModelPolicy modelPolicy,
        MemoryPolicy memory,
        Security security,
        Observability observability,
        Binding binding,
        AgentRuntime runtime,
        Filesystem filesystem,
        Egress egress,
        Budget budget,
        Optional<HrtSchedule> schedule,
        Supervision supervision,
        Consent consent) {

    /** The version that this code reads and writes. */
    public static final String API_VERSION = "agentos/v0.2";

    /** What a contract file calls itself. */
    public static final String KIND = "AgentContract";

    public AgentContract {
        if (!apiVersion.equals(API_VERSION)) {
            throw new IllegalArgumentException("a contract in effect has apiVersion " + API_VERSION);
        }
        Fault.refuse(FieldRules.name(name));
        slo = slo.orDefaultsOf(latency);
        capabilities = FieldRules.distinct(capabilities, FieldRules::capability);
        new ContractRules.Parts(
                        latency,
                        slo,
                        capabilities,
                        security,
                        runtime,
                        filesystem,
                        egress,
                        schedule,
                        ContractRules.Parts.planTools(runtime))
                .check().stream()
                        .filter(finding -> finding.severity() == Severity.ERROR)
                        .findFirst()
                        .ifPresent(finding -> Fault.refuse(Optional.of(finding.fault())));
    }

    /**
     * The effective contract as the tree of maps, lists and plain values that a contract file has, in the file's own units.
     * Its canonical JSON is what the digest is of, and is itself a contract that reads back as an equal one.
     */
    public Map<String, Object> toMap() {
        return ContractTree.of(this);
    }

    /** Names of the run's inputs that the plan or the paths use, in order of first use. */
    public Set<String> inputs() {
        Set<String> names = new LinkedHashSet<>();
        if (runtime instanceof AgentRuntime.Managed managed) {
            names.addAll(managed.inputs());
        }
        names.addAll(filesystem.inputs());
        return Collections.unmodifiableSet(names);
    }

    AgentContract with(LatencyClass newLatency, Slo newSlo, Binding newBinding, AgentRuntime newRuntime) {
        return new AgentContract(
                apiVersion,
                name,
                newLatency,
                newSlo,
                capabilities,
                compute,
                modelPolicy,
                memory,
                security,
                observability,
                newBinding,
                newRuntime,
                filesystem,
                egress,
                budget,
                schedule,
                supervision,
                consent);
    }
}
