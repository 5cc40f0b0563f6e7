package dev.agentos.agentd.agents;

import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.Compute;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.HrtSchedule;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Host;
import dev.agentos.domain.port.Sandbox.Limits;
import dev.agentos.domain.port.Sandbox.Plan;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.Sandbox.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The terms of a contract that are the same whatever the agent's files are: sizes, rates and the class. What this host does
 * not offer is not asked of it; where the contract relies on it, the receipt says that it is missing.
 */
final class PlanTerms {

    private static final String IO = "limit.io";
    static final String DELETED_FILES = "limit.deleted_files";
    private static final String DEADLINE = "schedule.deadline";

    /** SRT agents get this weight where others have 100: a person waits. */
    private static final long SRT_WEIGHT = 400;

    private final ContractDocument document;
    private final Host host;

    PlanTerms(ContractDocument document, Host host) {
        this.document = document;
        this.host = host;
    }

    Plan on(Plan plan) {
        Compute compute = document.contract().compute();
        Limits limits = plan.limits();
        return new Plan(
                plan.incarnation(),
                plan.hostname(),
                plan.argv(),
                plan.env(),
                plan.workdir(),
                plan.mounts(),
                plan.stdio(),
                new Limits(
                        limits.memoryBytes(),
                        limits.pids(),
                        limits.cpuMillis(),
                        limits.openFiles(),
                        // The watch adds up what is there; this keeps one file from outrunning it.
                        OptionalLong.of(compute.diskBytes()),
                        host.has(IO)
                                ? compute.ioBytesPerSecond()
                                        .map(OptionalLong::of)
                                        .orElse(OptionalLong.empty())
                                : OptionalLong.empty()),
                plan.doors(),
                plan.schedule().or(this::schedule),
                plan.ownUid());
    }

    private Optional<Schedule> schedule() {
        AgentContract contract = document.contract();
        return switch (contract.latency()) {
            case HRT -> host.has(DEADLINE) ? contract.schedule().map(PlanTerms::deadline) : Optional.empty();
            case SRT ->
                host.has("schedule.weight")
                        ? Optional.of(new Schedule.Srt(
                                OptionalLong.of(SRT_WEIGHT), OptionalLong.empty(), OptionalLong.empty()))
                        : Optional.empty();
            case DT -> host.has("schedule.idle") ? Optional.of(new Schedule.Dt()) : Optional.empty();
        };
    }

    private static Schedule deadline(HrtSchedule schedule) {
        return new Schedule.Hrt(micros(schedule.wcet()), micros(schedule.deadline()), micros(schedule.period()));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    /** The receipt with what agentd enforces itself, and with what was declared and could not be asked for. */
    Receipt receipt(Receipt receipt) {
        List<Receipt.Line> lines = new ArrayList<>(receipt.lines());
        lines.add(new Receipt.Line("limit.disk", true, "enforced", "watched by agentd each second", ""));
        if (lines.stream().noneMatch(line -> line.mechanism().equals(DELETED_FILES))) {
            // A broker of an earlier release says nothing about it.
            missing(lines, DELETED_FILES);
        }
        if (document.contract().compute().ioBytesPerSecond().isPresent()) {
            missing(lines, IO);
        }
        if (document.contract().schedule().isPresent()
                && document.contract().latency() == dev.agentos.domain.contract.LatencyClass.HRT) {
            missing(lines, DEADLINE);
        }
        return new Receipt(receipt.incarnation(), receipt.pid(), receipt.spawnMicros(), lines);
    }

    private void missing(List<Receipt.Line> lines, String mechanism) {
        if (!host.has(mechanism)) {
            String why = host.mechanism(mechanism)
                    .map(Sandbox.Mechanism::detail)
                    .orElse("the sandbox broker does not offer it");
            lines.add(new Receipt.Line(mechanism, true, "missing", why, ""));
        }
    }
}
