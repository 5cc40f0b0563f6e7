package dev.agentos.agentd.agents;

import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.bridge.wire.ContractWire.SubstitutionView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.lifecycle.AgentState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything durable about one agent: the state document of kind {@code agent}. Immutable; every change goes through
 * the journal together with the event that explains it.
 *
 * @param source name of the contract's file, for citations
 * @param contractSha256 names the contract's text, which is kept once however many agents were spawned from it
 * @param latency class override of the command line
 * @param binding binding override of the command line
 * @param command command override of the command line
 * @param notes what admission looked at and let be
 * @param runNumber counts runs of a managed agent, incarnations of a process agent
 * @param restartsUsed restarts in a row, for the backoff
 * @param startedAt when its first run began; empty before
 * @param runMillis a managed agent's time in its present run
 * @param waitedMillis a process agent's time since then in which it was paused or waited for a person
 * @param stop why the service ends this run; empty while it does not
 * @param steps states of the plan's steps, in order
 */
public record AgentRecord(
        String id,
        String name,
        String spawnKey,
        String source,
        String contractSha256,
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
        List<String> notes,
        List<ReceiptLine> receipt,
        int runNumber,
        String workspace,
        int restartsUsed,
        int restartsTotal,
        String createdAt,
        String startedAt,
        String endedAt,
        Optional<ExitView> exit,
        long toolCalls,
        long runMillis,
        long waitedMillis,
        Optional<Stop> stop,
        List<Step> steps) {

    public static final String KIND = "agent";
    public static final String MANAGED = "managed";
    public static final String PROCESS = "process";

    public AgentRecord {
        input = Map.copyOf(input);
        command = List.copyOf(command);
        substitutions = List.copyOf(substitutions);
        notes = List.copyOf(notes);
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

    /**
     * Why the service ends a run.
     *
     * @param code stable: {@code budget.wall_time}, {@code limit.disk} or {@code heartbeat}
     * @param words for the agent's owner
     * @param forGood whether the restart rule has no say
     */
    public record Stop(String code, String words, boolean forGood) {}

    /** The state document; fields that came later than it have their first values. */
    static AgentRecord of(Map<String, Object> document) {
        Map<String, Object> whole = new LinkedHashMap<>(document);
        whole.putIfAbsent("contract_sha256", "");
        whole.putIfAbsent("notes", List.of());
        whole.putIfAbsent("started_at", "");
        whole.putIfAbsent("waited_millis", 0L);
        return WireJson.fromMap(whole, AgentRecord.class);
    }

    /** The id of the current run, unique for ever: {@code agent-NAME-NNN.RUN}. */
    public String run() {
        return id + "." + runNumber;
    }

    public boolean isManaged() {
        return kind.equals(MANAGED);
    }

    public AgentRecord moved(AgentState next, String why) {
        Edit edit = new Edit(this);
        edit.state = next;
        edit.reason = why;
        return edit.done();
    }

    public AgentRecord ended(AgentState next, String why, String at, Optional<ExitView> how) {
        Edit edit = new Edit(this);
        edit.state = next;
        edit.reason = why;
        edit.endedAt = at;
        edit.exit = how;
        return edit.done();
    }

    /** Its process begins: what is enforced, and since when it runs. */
    public AgentRecord started(List<ReceiptLine> lines, String at) {
        Edit edit = new Edit(this);
        edit.receipt = lines;
        edit.startedAt = startedAt.isEmpty() ? at : startedAt;
        return edit.done();
    }

    /** The next run or incarnation, with its steps to do again. */
    public AgentRecord nextRun(int used) {
        Edit edit = new Edit(this);
        edit.receipt = List.of();
        edit.runNumber = runNumber + 1;
        edit.restartsUsed = used;
        edit.restartsTotal = restartsTotal + 1;
        edit.endedAt = "";
        edit.exit = Optional.empty();
        edit.runMillis = 0;
        edit.stop = Optional.empty();
        edit.steps = steps.stream()
                .map(step -> new Step(step.id(), step.tool(), Step.PENDING, ""))
                .toList();
        return edit.done();
    }

    public AgentRecord withStep(int index, String stepState, String note) {
        Edit edit = new Edit(this);
        edit.steps = new ArrayList<>(steps);
        Step step = steps.get(index);
        edit.steps.set(index, new Step(step.id(), step.tool(), stepState, note));
        return edit.done();
    }

    public AgentRecord withToolCall() {
        Edit edit = new Edit(this);
        edit.toolCalls = toolCalls + 1;
        return edit.done();
    }

    public AgentRecord withRunMillis(long millis) {
        Edit edit = new Edit(this);
        edit.runMillis = millis;
        return edit.done();
    }

    public AgentRecord withWaitedMillis(long millis) {
        Edit edit = new Edit(this);
        edit.waitedMillis = millis;
        return edit.done();
    }

    public AgentRecord withStop(Stop why) {
        Edit edit = new Edit(this);
        edit.stop = Optional.of(why);
        return edit.done();
    }

    public AgentRecord withContract(String sha256) {
        Edit edit = new Edit(this);
        edit.contractSha256 = sha256;
        return edit.done();
    }

    /** What may differ between two versions of a record; everything else is the agent's for life. */
    private static final class Edit {
        private final AgentRecord from;
        private String contractSha256;
        private AgentState state;
        private String reason;
        private List<ReceiptLine> receipt;
        private int runNumber;
        private int restartsUsed;
        private int restartsTotal;
        private String startedAt;
        private String endedAt;
        private Optional<ExitView> exit;
        private long toolCalls;
        private long runMillis;
        private long waitedMillis;
        private Optional<Stop> stop;
        private List<Step> steps;

        Edit(AgentRecord from) {
            this.from = from;
            contractSha256 = from.contractSha256;
            state = from.state;
            reason = from.reason;
            receipt = from.receipt;
            runNumber = from.runNumber;
            restartsUsed = from.restartsUsed;
            restartsTotal = from.restartsTotal;
            startedAt = from.startedAt;
            endedAt = from.endedAt;
            exit = from.exit;
            toolCalls = from.toolCalls;
            runMillis = from.runMillis;
            waitedMillis = from.waitedMillis;
            stop = from.stop;
            steps = from.steps;
        }

        AgentRecord done() {
            return new AgentRecord(
                    from.id,
                    from.name,
                    from.spawnKey,
                    from.source,
                    contractSha256,
                    from.latency,
                    from.binding,
                    from.command,
                    from.input,
                    from.stdin,
                    from.digest,
                    from.kind,
                    state,
                    reason,
                    from.verdict,
                    from.bound,
                    from.reservation,
                    from.substitutions,
                    from.notes,
                    receipt,
                    runNumber,
                    from.workspace,
                    restartsUsed,
                    restartsTotal,
                    from.createdAt,
                    startedAt,
                    endedAt,
                    exit,
                    toolCalls,
                    runMillis,
                    waitedMillis,
                    stop,
                    steps);
        }
    }
}
