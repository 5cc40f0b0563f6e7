package dev.agentos.agentd.agents;

import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.bridge.wire.ContractWire.SubstitutionView;
import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.lifecycle.AgentState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything durable about one agent: the state document of kind {@code agent}. Immutable; every change goes through
 * the journal together with the event that explains it.
 *
 * @param source name of the contract's file, for citations
 * @param contract the contract's text as it was given; parsed again after a restart
 * @param latency class override of the command line
 * @param binding binding override of the command line
 * @param command command override of the command line
 * @param runNumber counts runs of a managed agent, incarnations of a process agent
 * @param restartsUsed restarts in a row, for the backoff
 * @param steps states of the plan's steps, in order
 */
public record AgentRecord(
        String id,
        String name,
        String spawnKey,
        String source,
        String contract,
        Optional<String> latency,
        Optional<String> binding,
        List<String> command,
        Map<String, Object> input,
        boolean stdin,
        String digest,
        String kind,
        AgentState state,
        String reason,
        String verdict,
        Bound bound,
        Reservation reservation,
        List<SubstitutionView> substitutions,
        List<ReceiptLine> receipt,
        int runNumber,
        String workspace,
        int restartsUsed,
        int restartsTotal,
        String createdAt,
        String endedAt,
        Optional<ExitView> exit,
        long toolCalls,
        long runMillis,
        List<Step> steps) {

    public static final String KIND = "agent";
    public static final String MANAGED = "managed";
    public static final String PROCESS = "process";

    public AgentRecord {
        input = Map.copyOf(input);
        command = List.copyOf(command);
        substitutions = List.copyOf(substitutions);
        receipt = List.copyOf(receipt);
        steps = List.copyOf(steps);
    }

    /** A step of the plan and how far it is. */
    public record Step(String id, String tool, String state, String note) {
        public static final String PENDING = "pending";
        public static final String RUNNING = "running";
        public static final String ASKING = "asking";
        public static final String DONE = "done";
        public static final String FAILED = "failed";
    }

    /** The id of the current run, unique for ever: {@code agent-NAME-NNN.RUN}. */
    public String run() {
        return id + "." + runNumber;
    }

    public boolean isManaged() {
        return kind.equals(MANAGED);
    }

    public AgentRecord moved(AgentState next, String why) {
        return copy(
                next, why, receipt, runNumber, restartsUsed, restartsTotal, endedAt, exit, toolCalls, runMillis, steps);
    }

    public AgentRecord ended(AgentState next, String why, String at, Optional<ExitView> how) {
        return copy(next, why, receipt, runNumber, restartsUsed, restartsTotal, at, how, toolCalls, runMillis, steps);
    }

    public AgentRecord withReceipt(List<ReceiptLine> lines) {
        return copy(
                state,
                reason,
                lines,
                runNumber,
                restartsUsed,
                restartsTotal,
                endedAt,
                exit,
                toolCalls,
                runMillis,
                steps);
    }

    /** The next run or incarnation, with its steps to do again. */
    public AgentRecord nextRun(int used) {
        List<Step> fresh = steps.stream()
                .map(step -> new Step(step.id(), step.tool(), Step.PENDING, ""))
                .toList();
        return copy(
                state,
                reason,
                List.of(),
                runNumber + 1,
                used,
                restartsTotal + 1,
                "",
                Optional.empty(),
                toolCalls,
                0,
                fresh);
    }

    public AgentRecord withStep(int index, String stepState, String note) {
        List<Step> next = new java.util.ArrayList<>(steps);
        Step step = next.get(index);
        next.set(index, new Step(step.id(), step.tool(), stepState, note));
        return copy(
                state,
                reason,
                receipt,
                runNumber,
                restartsUsed,
                restartsTotal,
                endedAt,
                exit,
                toolCalls,
                runMillis,
                next);
    }

    public AgentRecord withToolCall() {
        return copy(
                state,
                reason,
                receipt,
                runNumber,
                restartsUsed,
                restartsTotal,
                endedAt,
                exit,
                toolCalls + 1,
                runMillis,
                steps);
    }

    public AgentRecord withRunMillis(long millis) {
        return copy(
                state,
                reason,
                receipt,
                runNumber,
                restartsUsed,
                restartsTotal,
                endedAt,
                exit,
                toolCalls,
                millis,
                steps);
    }

    private AgentRecord copy(
            AgentState nextState,
            String why,
            List<ReceiptLine> lines,
            int run,
            int used,
            int total,
            String at,
            Optional<ExitView> how,
            long calls,
            long millis,
            List<Step> nextSteps) {
        return new AgentRecord(
                id,
                name,
                spawnKey,
                source,
                contract,
                latency,
                binding,
                command,
                input,
                stdin,
                digest,
                kind,
                nextState,
                why,
                verdict,
                bound,
                reservation,
                substitutions,
                lines,
                run,
                workspace,
                used,
                total,
                createdAt,
                at,
                how,
                calls,
                millis,
                nextSteps);
    }
}
