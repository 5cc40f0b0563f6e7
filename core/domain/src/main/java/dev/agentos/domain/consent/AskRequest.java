package dev.agentos.domain.consent;

import dev.agentos.domain.consent.Consent.Risk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An act that waits for a person, as the one who needs the answer puts it. Every kind of ask has this shape; texts are
 * raw here and pass the one sanitiser when the ask is made.
 *
 * @param key idempotency key: the same key is the same ask, also after a restart
 * @param contract the name of the contract
 * @param tool what grants are matched by: a tool's name, or a word of the kind such as {@code egress.connect}
 * @param verb completes "AGENT wants to … OBJECT"
 * @param object what it is done to: a path, a domain, a limit
 * @param agentReason the agent's own words; empty for none
 * @param facts what agentd itself knows
 * @param highRisk empty for the normal tier; kinds that are always high add their own
 * @param grantTarget what a wider grant would cover, for example the folder; also what makes two asks one group
 * @param options the Allows to choose from, the smallest first; empty for what is usual in the tier
 * @param patience how long it may wait; zero for no limit
 * @param refuseUnattended refuse at once while no client is connected
 */
public record AskRequest(
        AskKind kind,
        String agent,
        String run,
        String step,
        String key,
        String contract,
        String tool,
        String verb,
        String object,
        String agentReason,
        Map<String, Object> facts,
        AskContent content,
        Set<HighRisk> highRisk,
        boolean reversible,
        String contractLine,
        String grantTarget,
        List<GrantOption> options,
        Duration patience,
        boolean refuseUnattended) {

    public AskRequest {
        if (key.isBlank() || agent.isBlank() || tool.isBlank()) {
            throw new IllegalArgumentException("an ask has a key, an agent and a tool");
        }
        verb = verb.isEmpty() ? kind.verb() : verb;
        facts = Map.copyOf(facts);
        EnumSet<HighRisk> reasons = EnumSet.noneOf(HighRisk.class);
        reasons.addAll(highRisk);
        switch (kind) {
            case DOMAIN -> reasons.add(HighRisk.NEW_DOMAIN);
            case BUDGET -> reasons.add(HighRisk.CONTRACT_CHANGE);
            case TOOL, SUBSTITUTION, STAGED_DIFF, HELD_SYSCALL, PLAN -> {}
        }
        highRisk = Set.copyOf(reasons);
        options = options.isEmpty() ? usual(tool, object, grantTarget, !highRisk.isEmpty()) : List.copyOf(options);
    }

    private static List<GrantOption> usual(String tool, String object, String below, boolean high) {
        List<GrantOption> all = GrantOption.usual(tool, object, below);
        return high ? List.of(all.getFirst()) : all;
    }

    public Risk risk() {
        return highRisk.isEmpty() ? Risk.NORMAL : Risk.HIGH;
    }

    /** The reasons of the tier, in words. */
    public String riskReason() {
        List<String> reasons = new ArrayList<>();
        for (HighRisk risk : HighRisk.values()) {
            if (highRisk.contains(risk)) {
                reasons.add(risk.why());
            }
        }
        return String.join("; ", reasons);
    }
}
