package dev.agentos.agentd.agents;

import dev.agentos.domain.contract.Compute;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.port.Sandbox.Limits;
import dev.agentos.domain.port.Sandbox.Plan;
import java.util.OptionalLong;

/** The terms of a contract that are the same whatever the agent's files are: sizes, rates and the class. */
final class PlanTerms {

    private PlanTerms() {}

    static Plan of(Plan plan, ContractDocument document) {
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
                        compute.ioBytesPerSecond().map(OptionalLong::of).orElse(OptionalLong.empty())),
                plan.doors(),
                plan.schedule(),
                plan.ownUid());
    }
}
