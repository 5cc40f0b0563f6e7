package dev.agentos.agentd.models;

/** What happens to an agent at a limit. Pausing what is paused, or resuming what runs, is no error. */
public interface AgentControl {

    /** Nobody is paused, for callers that are no agents. */
    AgentControl NONE = new AgentControl() {
        @Override
        public void pause(String agent, String why) {}

        @Override
        public void resume(String agent, String why) {}
    };

    void pause(String agent, String why);

    void resume(String agent, String why);
}
