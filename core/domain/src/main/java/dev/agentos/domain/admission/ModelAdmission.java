package dev.agentos.domain.admission;

import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.LatencyClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which model an agent is bound to, and whether its first token comes in time. */
final class ModelAdmission {

    private static final String ONSET = "slo.onset_ms";

    private final ContractDocument document;
    private final AgentContract contract;
    private final Ledger ledger;
    private final List<String> operatorModels;
    private final Map<String, Pace> paces;
    private final Findings findings;

    ModelAdmission(
            ContractDocument document,
            Ledger ledger,
            List<String> operatorModels,
            Map<String, Pace> paces,
            Findings findings) {
        this.document = document;
        this.contract = document.contract();
        this.ledger = ledger;
        this.operatorModels = List.copyOf(operatorModels);
        this.paces = Map.copyOf(paces);
        this.findings = findings;
    }

    /** The model that the agent is bound to; empty where the contract allows none, or none is here. */
    String model() {
        List<String> allowed = contract.modelPolicy().allow();
        if (allowed.isEmpty()) {
            return "";
        }
        Set<String> here = ledger.machine().models();
        for (String name : allowed) {
            if (here.contains(name)
                    && ModelNames.placementAllows(contract.modelPolicy().placement(), name)) {
                if (!name.equals(allowed.getFirst()) && contract.binding() != Binding.STRICT) {
                    findings.substitute(
                            "model", allowed.getFirst(), name, "modelPolicy.allow", "the first choice is not here");
                }
                return name;
            }
        }
        if (contract.binding() == Binding.SMOOTH) {
            for (String name : allowed) {
                Optional<String> upgrade = ModelNames.compatibleUpgrade(name, here);
                if (upgrade.isPresent()) {
                    findings.substitute(
                            "model", name, upgrade.get(), "modelPolicy.allow", "a version-compatible upgrade");
                    return upgrade.get();
                }
            }
        }
        if (findings.flexible()) {
            for (String name : operatorModels) {
                if (here.contains(name)) {
                    findings.substitute(
                            "model",
                            String.join(" or ", allowed),
                            name,
                            "modelPolicy.allow",
                            "none of the contract's models is here; the operator's list names " + name);
                    return name;
                }
            }
        }
        for (String name : allowed) {
            boolean placed = ModelNames.placementAllows(contract.modelPolicy().placement(), name);
            findings.item(
                    "model",
                    name,
                    placed ? ModelNames.whyMissing(name) : "excluded by modelPolicy.placement",
                    placed ? "modelPolicy.allow" : "modelPolicy.placement",
                    findings.flexible()
                            ? "add a substitute: agentctl model substitute add local/extractive"
                            : "install the model, or set binding: flexible and let the operator list a substitute");
        }
        return "";
    }

    /** Whether the first token can come in time; gives the provider whose queue a soft real-time agent joins. */
    Optional<String> onset(String model) {
        if (contract.latency() != LatencyClass.SRT || model.isEmpty()) {
            return Optional.empty();
        }
        contract.slo().onset().ifPresent(aim -> {
            switch (firstToken(model, aim.toMillis())) {
                case FirstToken.InTime said -> findings.note(said.words());
                case FirstToken.Unmeasured said -> unmeasured(said, aim.toMillis());
                case FirstToken.Late late -> late(late, model, aim.toMillis());
            }
        });
        return Optional.ofNullable(paces.get(model)).map(Pace::provider);
    }

    private FirstToken firstToken(String model, long aim) {
        return FirstToken.judge(model, Optional.ofNullable(paces.get(model)), ledger, aim);
    }

    /** Only who says strict, and says what is promised, wants no agent of which nothing is known. */
    private void unmeasured(FirstToken.Unmeasured said, long aim) {
        if (contract.binding() == Binding.STRICT && document.says("binding") && document.declares(ONSET)) {
            findings.item("onset", aim + " ms", said.words(), ONSET, said.help() + "; or leave binding: strict out");
        } else {
            findings.note(said.words() + "; " + said.help());
        }
    }

    private void late(FirstToken.Late late, String model, long aim) {
        if (!document.declares(ONSET)) {
            // What the class hopes for is no promise that this contract asks for.
            findings.note(late.words() + ", later than the " + aim + " ms of its class");
        } else if (findings.flexible()) {
            findings.substitute("onset", aim + " ms", late.expected(), ONSET, late.words() + faster(model, aim));
        } else {
            findings.item(
                    "onset",
                    aim + " ms",
                    late.words(),
                    ONSET,
                    late.help() + faster(model, aim) + ", or set binding: flexible");
        }
    }

    /** Another model of the contract that would be in time. */
    private String faster(String model, long aim) {
        return contract.modelPolicy().allow().stream()
                .filter(name -> !name.equals(model) && ledger.machine().models().contains(name))
                .filter(name ->
                        ModelNames.placementAllows(contract.modelPolicy().placement(), name))
                .filter(name -> firstToken(name, aim) instanceof FirstToken.InTime)
                .findFirst()
                .map(name -> ", or list " + name + " first: it would be in time")
                .orElse("");
    }
}
