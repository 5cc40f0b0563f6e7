package dev.agentos.domain.admission;

import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.egress.EgressRules;

/** Whether this host can confine a process as its contract wants it. */
final class ProcessAdmission {

    private final AgentContract contract;
    private final Ledger ledger;
    private final Findings findings;

    ProcessAdmission(AgentContract contract, Ledger ledger, Findings findings) {
        this.contract = contract;
        this.ledger = ledger;
        this.findings = findings;
    }

    void process() {
        if (!(contract.runtime() instanceof AgentRuntime.ProcessRuntime runtime)) {
            return;
        }
        ledger.machine()
                .processAgents()
                .forEach(reason -> findings.item(
                        "sandbox", "process agents", reason, "runtime.process", "see agentctl doctor for the fix"));
        runtime.image()
                .ifPresent(image -> findings.item(
                        "image",
                        image,
                        "no images on this machine",
                        "runtime.process.image",
                        "remove it: the host's own /usr is used, read-only"));
        if (!ledger.machine().processAgents().isEmpty()) {
            return;
        }
        for (Mechanism mechanism : Mechanism.values()) {
            if (ledger.machine().mechanisms().contains(mechanism.hostName)
                    || (mechanism == Mechanism.DOORS && !EgressRules.hasWayOut(contract))) {
                continue;
            }
            if (findings.flexible()) {
                findings.substitute(
                        mechanism.hostName,
                        "enforced",
                        "",
                        mechanism.contractPath,
                        "this host cannot enforce it; see agentctl doctor");
            } else {
                findings.item(
                        mechanism.hostName,
                        "enforced",
                        "this host cannot enforce it",
                        mechanism.contractPath,
                        "see agentctl doctor for the fix, or set binding: flexible to run with this gap");
            }
        }
        if (!contract.filesystem().hold().isEmpty()) {
            findings.item(
                    "held writes of a process",
                    "writes wait for an answer",
                    "system calls of a process cannot be held yet",
                    "filesystem.hold",
                    "remove filesystem.hold, or run it as a managed agent");
        }
        boolean liveWrites = contract.filesystem().write().stream().anyMatch(path -> !path.startsWith("/workspace"));
        if (liveWrites && contract.security().consentFor().contains("fs.write")) {
            findings.item(
                    "consent for writes of a process",
                    "fs.write asks first",
                    "writes of a process outside /workspace cannot be held yet",
                    "security.consent_for",
                    "keep filesystem.write to /workspace, or run it as a managed agent");
        }
    }

    /** Mechanisms that a contract with limits relies on and some hosts lack. */
    private enum Mechanism {
        MEMORY("limit.memory", "compute.mem"),
        PIDS("limit.pids", "compute.pids"),
        CPU("limit.cpu", "compute.cpu"),
        DOORS("doors", "egress.domains");

        private final String hostName;
        private final String contractPath;

        Mechanism(String hostName, String contractPath) {
            this.hostName = hostName;
            this.contractPath = contractPath;
        }
    }
}
