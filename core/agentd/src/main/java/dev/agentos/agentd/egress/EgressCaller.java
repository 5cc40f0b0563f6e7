package dev.agentos.agentd.egress;

import dev.agentos.domain.egress.EgressRules;
import dev.agentos.domain.port.Journal.Trace;
import java.time.Duration;

/**
 * Who wants to connect, and what holds for it.
 *
 * @param askLimit how long a question to a person may wait
 * @param refuseUnattended whether a question is refused while nobody is there to see it
 */
public record EgressCaller(
        String agent,
        String run,
        String contractName,
        EgressRules rules,
        Trace trace,
        Duration askLimit,
        boolean refuseUnattended) {}
