package dev.agentos.domain.contract;

/** How soon an agent must answer; one class drives CPU, model queue and residency together. */
public enum LatencyClass implements Word {
    /** Hard real time: 1 to 20 ms slices, reserved; a miss is a system failure. Process agents only. */
    HRT,
    /** Soft real time: a person is waiting; first token within 300 ms, a turn within 1.2 s. */
    SRT,
    /** Delay tolerant: minutes to hours, idle class, may be preempted. The default. */
    DT;

    @Override
    public String word() {
        return name();
    }
}
