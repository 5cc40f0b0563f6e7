package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Map;

/** Records about the service itself. */
public final class ServiceWire {

    private ServiceWire() {}

    /**
     * The answer to "is it well?". {@code state} is {@code ready}, {@code starting} or {@code read-only}.
     *
     * @param agents number of agents by state word
     */
    public record Status(
            String version,
            String state,
            String detail,
            long pid,
            long uptimeMs,
            String socket,
            String stateDirectory,
            Enforcement enforcement,
            Map<String, Long> agents,
            long consentsWaiting,
            Audit audit,
            MachineView machine,
            Worker worker) {}

    /** {@code mode} is {@code privileged}, {@code unprivileged} or {@code unavailable}. */
    public record Enforcement(String mode, int enforced, int total, List<MechanismView> mechanisms) {}

    public record MechanismView(String name, boolean available, String detail) {}

    /**
     * What this host can and cannot enforce, and what follows.
     *
     * @param gaps how many findings keep contracts from being honoured as written
     */
    public record Findings(long gaps, List<FindingView> findings) {
        public Findings {
            findings = List.copyOf(findings);
        }
    }

    /** One finding. {@code state} is {@code ok}, {@code gap} or {@code note}; {@code fix} is a command where there is one. */
    public record FindingView(
            String code,
            String state,
            List<String> mechanisms,
            String what,
            String consequence,
            List<String> contractLines,
            String fix) {
        public FindingView {
            mechanisms = List.copyOf(mechanisms);
            contractLines = List.copyOf(contractLines);
        }
    }

    public record Audit(long records, String head, long checkpointCount, String checkpointTime) {}

    public record MachineView(
            String host,
            int cores,
            long freeCpuMillis,
            long memoryBytes,
            long freeMemoryBytes,
            long gpuMemoryBytes,
            List<String> models,
            List<String> tools) {}

    public record Worker(String state, String detail) {}

    /** Every error of the door: what went wrong, where, and what to do. {@code items} itemise a refusal. */
    public record ErrorBody(String code, String message, String place, String next, List<Map<String, Object>> items) {
        public ErrorBody {
            items = List.copyOf(items);
        }
    }

    public record Substitutes(List<String> models) {
        public Substitutes {
            models = List.copyOf(models);
        }
    }

    /**
     * A tool as every face shows it.
     *
     * @param effect {@code reads}, {@code changes}, {@code asks} or {@code computes}
     * @param idempotency {@code repeatable}, {@code keyed} or {@code none}
     * @param inputSchema JSON Schema of the arguments, as JSON
     * @param reads label words that its arguments may carry
     * @param writes label words of its result; {@code writesFields} of single fields, by path
     * @param destinations arguments that say where an effect goes
     * @param cache {@code never}, {@code agent} or {@code shared}
     */
    public record ToolView(
            String name,
            String capability,
            String summary,
            String effect,
            boolean reversible,
            boolean idempotent,
            String idempotency,
            String inputSchema,
            CostView cost,
            List<String> reads,
            List<String> writes,
            Map<String, List<String>> writesFields,
            List<String> destinations,
            List<String> sensitive,
            String cache) {}

    /** What one call uses up; {@code microUsd} in millionths of a US dollar. */
    public record CostView(int calls, long microUsd) {}

    public record Done(boolean done) {}

    /** One page of a list. */
    public record Tools(List<ToolView> tools) {
        public Tools {
            tools = List.copyOf(tools);
        }
    }
}
