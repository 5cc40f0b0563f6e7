package dev.agentos.agentd.consent;

import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Trace;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Hears what became durable, so that what waits for a run or an agent ends with it. */
public final class RunEnds implements Consumer<List<Journal.Recorded>> {

    private static final Set<String> FINAL = Stream.of(AgentState.values())
            .filter(AgentState::isFinal)
            .map(state -> state.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private final ConsentService consent;

    public RunEnds(ConsentService consent) {
        this.consent = consent;
    }

    /** Does not block. */
    @Override
    public void accept(List<Journal.Recorded> events) {
        for (Journal.Recorded event : events) {
            switch (event.kind()) {
                case "run.finished", "process.exited" -> later(() -> consent.endRun(trace(event), event.run()));
                case "agent.moved" -> {
                    if (FINAL.contains(String.valueOf(event.data().get("to")))) {
                        later(() -> consent.withdraw(trace(event), event.agent(), "the agent is over"));
                    }
                }
                default -> {}
            }
        }
    }

    private static Trace trace(Journal.Recorded event) {
        return new Trace(event.correlation());
    }

    /** The journal's writer tells what became durable and must not wait for what follows from it. */
    private static void later(Runnable work) {
        Thread.ofVirtual().name("consent-end").start(work);
    }
}
