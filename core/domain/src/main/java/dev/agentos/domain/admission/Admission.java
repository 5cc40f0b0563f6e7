package dev.agentos.domain.admission;

import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.HrtSchedule;
import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.contract.Security;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Decides whether this machine can honour a contract now. Pure: the same contract, ledger and operator list give the
 * same verdict. Every failing item is reported, never only the first.
 */
public final class Admission {

    private final AgentContract contract;
    private final Ledger ledger;
    private final Findings findings;
    private final ModelAdmission models;

    private Admission(ContractDocument document, Ledger ledger, List<String> operatorModels, Map<String, Pace> paces) {
        this.contract = document.contract();
        this.ledger = ledger;
        this.findings = new Findings(document);
        this.models = new ModelAdmission(document, ledger, operatorModels, paces, findings);
    }

    /**
     * The verdict on a contract.
     *
     * @param operatorModels models that the operator lets agents fall back to, in order of preference
     * @param paces how fast models were here, by every name that a contract can bind to
     */
    public static Verdict decide(
            ContractDocument document, Ledger ledger, List<String> operatorModels, Map<String, Pace> paces) {
        return new Admission(document, ledger, operatorModels, paces).decide();
    }

    /** The verdict where nothing was measured of any model. */
    public static Verdict decide(ContractDocument document, Ledger ledger, List<String> operatorModels) {
        return decide(document, ledger, operatorModels, Map.of());
    }

    private Verdict decide() {
        ResourceAdmission resources = new ResourceAdmission(contract, ledger, findings);
        OptionalInt core = resources.hrtCore();
        long cpu = resources.cpu();
        resources.memory();
        long gpu = resources.gpu();
        resources.pids();
        String model = models.model();
        Optional<String> urgentAt = models.onset(model);
        Set<String> lost = tools();
        new ProcessAdmission(contract, ledger, findings).process();
        if (!findings.items().isEmpty()) {
            return new Verdict.Rejected(findings.items());
        }
        Set<String> capabilities = new LinkedHashSet<>(contract.capabilities());
        capabilities.removeAll(lost);
        Bound bound =
                new Bound(model, capabilities, lost, cpu, contract.compute().memBytes());
        Reservation reservation = new Reservation(
                contract.latency() == LatencyClass.DT ? 0 : cpu,
                contract.compute().memBytes(),
                gpu,
                contract.compute().pids(),
                core.isPresent() ? Optional.of(core.getAsInt()) : Optional.empty(),
                contract.schedule().map(HrtSchedule::density).orElse(0.0),
                urgentAt);
        return findings.substitutions().isEmpty()
                ? new Verdict.Admitted(reservation, bound, findings.notes())
                : new Verdict.Substituted(reservation, bound, findings.substitutions(), findings.notes());
    }

    private Set<String> tools() {
        Set<String> lost = new LinkedHashSet<>();
        boolean process = contract.runtime() instanceof AgentRuntime.ProcessRuntime;
        for (String capability : contract.capabilities()) {
            if (ledger.machine().tools().contains(capability)
                    || (process && capability.equals("shell.exec"))
                    || capability.equals(Security.NET_CONNECT)) {
                continue;
            }
            if (findings.flexible()) {
                lost.add(capability);
                findings.substitute(
                        "tool", capability, "", "capabilities", "no such tool on this machine; the capability is lost");
            } else {
                findings.item(
                        "tool",
                        capability,
                        "no such tool on this machine",
                        "capabilities",
                        "remove it from capabilities, or set binding: flexible to run without it");
            }
        }
        return lost;
    }
}
