package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.models.AgentControl;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Journal.Trace;

/** Pauses agents at their limits and lets them go on, as a person would. */
public final class PausedAtLimits implements AgentControl {

    private final AgentBook book;
    private final AgentService agents;

    public PausedAtLimits(AgentBook book, AgentService agents) {
        this.book = book;
        this.agents = agents;
    }

    @Override
    public void pause(String agent, String why) {
        onlyIn(
                AgentState.RUNNING,
                agent,
                () -> agents.pause(new Trace(Tracing.newCorrelation()), agent, "agentd: " + why));
    }

    @Override
    public void resume(String agent, String why) {
        onlyIn(
                AgentState.PAUSED,
                agent,
                () -> agents.resume(new Trace(Tracing.newCorrelation()), agent, "agentd: " + why));
    }

    private void onlyIn(AgentState state, String agent, Runnable action) {
        boolean fits = book.find(agent).map(record -> record.state() == state).orElse(false);
        if (!fits) {
            return;
        }
        try {
            action.run();
        } catch (ServiceException e) {
            // It ended, or somebody else paused or resumed it, between the look and the act.
            System.getLogger(PausedAtLimits.class.getName())
                    .log(System.Logger.Level.DEBUG, agent + ": " + e.getMessage());
        }
    }
}
