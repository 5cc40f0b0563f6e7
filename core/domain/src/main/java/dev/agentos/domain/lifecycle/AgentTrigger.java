package dev.agentos.domain.lifecycle;

/** What moves an agent from one state to the next. */
public enum AgentTrigger {
    START("its sandbox or its plan is being prepared"),
    STARTED("its first instruction runs"),
    PAUSE("a person pauses it"),
    RESUME("a person resumes it"),
    KILL("a person ends it"),
    FINISH("it ended by itself, well"),
    FAIL("it ended by itself, badly, or could not start"),
    RETRY("its restart policy allows another try"),
    GIVE_UP("its restarts are used up"),
    GONE("its processes are gone after a kill");

    private final String meaning;

    AgentTrigger(String meaning) {
        this.meaning = meaning;
    }

    public String meaning() {
        return meaning;
    }
}
