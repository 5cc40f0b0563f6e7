package dev.agentos.domain.contract;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A contract together with the file that it came from: its digest, which is its version, and the line of every field.
 *
 * @param source name of the file, for messages
 * @param contract the contract in effect
 * @param digest {@code sha256:} and 64 hexadecimal digits, of {@code canonicalJson}
 * @param canonicalJson the contract in effect, defaults included, as RFC 8785 JSON. Comments, formatting, the order of keys
 *     and written-out defaults do not change it
 * @param positions where each key of the file stands, by path ({@code compute.gpu_mem}, {@code capabilities[1]}); the empty
 *     path is the document's first line
 * @param overridden paths of the fields that were replaced after reading
 */
public record ContractDocument(
        String source,
        AgentContract contract,
        String digest,
        String canonicalJson,
        Map<String, SourcePosition> positions,
        Set<String> overridden) {

    private static final SourcePosition TOP = new SourcePosition(1, 1);

    public ContractDocument {
        positions = Map.copyOf(positions);
        overridden = Set.copyOf(overridden);
        if (!canonicalJson.equals(CanonicalJson.write(contract.toMap()))
                || !digest.equals(Digests.sha256(canonicalJson))) {
            throw new IllegalArgumentException("the digest is not this contract's");
        }
    }

    /** A document with its digest computed. */
    static ContractDocument of(
            String source, AgentContract contract, Map<String, SourcePosition> positions, Set<String> overridden) {
        String json = CanonicalJson.write(contract.toMap());
        return new ContractDocument(source, contract, Digests.sha256(json), json, positions, overridden);
    }

    /**
     * The line that a field's value rests on: of its key, or, for a default, of the nearest section above it that the file
     * has.
     *
     * @param path such as {@code compute.gpu_mem} or {@code capabilities[1]}
     */
    public Citation lineOf(String path) {
        SourcePosition exact = positions.get(path);
        Citation.Origin origin = Citation.Origin.DEFAULT;
        if (overridden.contains(path)) {
            origin = Citation.Origin.OVERRIDDEN;
        } else if (exact != null) {
            origin = Citation.Origin.DECLARED;
        }
        return new Citation(source, path, nearest(path, positions), origin);
    }

    /** Whether the file itself has the field. */
    public boolean declares(String path) {
        return positions.containsKey(path);
    }

    /** Whether somebody said it, in the file or on the command line; otherwise it is the default. */
    public boolean says(String path) {
        return declares(path) || overridden.contains(path);
    }

    /** This contract in another class; the class's own objectives replace those that the file does not declare. */
    public ParseOutcome withLatency(LatencyClass latency) {
        Slo declared = new Slo(
                declares("slo.onset_ms") ? contract.slo().onset() : Optional.<Duration>empty(),
                declares("slo.turn_ms") ? contract.slo().turn() : Optional.<Duration>empty(),
                declares("slo.jitter_p95_pct") ? contract.slo().jitterP95Pct() : OptionalInt.empty());
        return changed("class.latency", latency, declared, contract.binding(), contract.runtime());
    }

    /** This contract with another binding. */
    public ParseOutcome withBinding(Binding binding) {
        return changed("binding", contract.latency(), contract.slo(), binding, contract.runtime());
    }

    /**
     * This contract as a process that runs the command. A contract that declares no runtime becomes a process; one that
     * declares a managed agent cannot.
     *
     * @param command program and arguments, at least the program
     */
    public ParseOutcome withCommand(List<String> command) {
        Optional<Fault> fault = command.isEmpty()
                ? Fault.of("bad-value", "the command is empty", "give the program to run after \"--\"")
                : FieldRules.command(command);
        if (fault.isEmpty() && command.size() > AgentRuntime.ProcessRuntime.MAX_WORDS) {
            fault = Fault.of(
                    "out-of-range",
                    "the command has more than " + AgentRuntime.ProcessRuntime.MAX_WORDS + " words",
                    "put it into a script");
        }
        if (fault.isEmpty() && contract.runtime() instanceof AgentRuntime.Managed && declares("runtime")) {
            fault = Fault.of(
                    "managed-command",
                    "the contract declares a managed agent, which takes no command",
                    "start it without a command, or replace runtime.managed by \"process: {}\"");
        }
        if (fault.isPresent()) {
            return new ParseOutcome.Invalid(List.of(problem(Severity.ERROR, "runtime.process.command", fault.get())));
        }
        AgentRuntime.ProcessRuntime process = switch (contract.runtime()) {
            case AgentRuntime.ProcessRuntime declared -> declared.withCommand(command);
            case AgentRuntime.Managed _ -> AgentRuntime.ProcessRuntime.of(command);
        };
        return changed("runtime.process.command", contract.latency(), contract.slo(), contract.binding(), process);
    }

    private ParseOutcome changed(String path, LatencyClass latency, Slo slo, Binding binding, AgentRuntime runtime) {
        Slo objectives = slo.orDefaultsOf(latency);
        List<ContractRules.Finding> findings = new ContractRules.Parts(
                        latency,
                        objectives,
                        contract.capabilities(),
                        contract.security(),
                        runtime,
                        contract.filesystem(),
                        contract.egress(),
                        contract.schedule(),
                        ContractRules.Parts.planTools(runtime))
                .check();
        List<Problem> problems = findings.stream()
                .map(finding -> problem(finding.severity(), finding.path(), finding.fault()))
                .toList();
        if (problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR)) {
            return new ParseOutcome.Invalid(problems);
        }
        Set<String> replaced = new HashSet<>(overridden);
        replaced.add(path);
        AgentContract next = contract.with(latency, objectives, binding, runtime);
        return new ParseOutcome.Parsed(of(source, next, positions, replaced), problems);
    }

    private Problem problem(Severity severity, String path, Fault fault) {
        return Findings.problem(source, severity, path, nearest(path, positions), fault);
    }

    /** The position of a path, or of the nearest path above it that has one. */
    static SourcePosition nearest(String path, Map<String, SourcePosition> positions) {
        String at = path;
        while (!at.isEmpty()) {
            SourcePosition found = positions.get(at);
            if (found != null) {
                return found;
            }
            int cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
            at = cut < 0 ? "" : at.substring(0, cut);
        }
        return positions.getOrDefault("", TOP);
    }
}
