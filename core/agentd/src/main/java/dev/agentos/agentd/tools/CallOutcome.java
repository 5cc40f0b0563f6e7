package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.Labels;
import java.util.Map;

/** What became of a tool call. */
public sealed interface CallOutcome {

    /**
     * It was done.
     *
     * @param labels of the whole output: the tool's own, and those of the arguments
     * @param warning what the content filter has against the output, for whoever reads it; empty where it looks clear
     */
    record Done(Map<String, Object> output, Labels labels, String warning) implements CallOutcome {
        /** An output that looks clear. */
        public Done(Map<String, Object> output, Labels labels) {
            this(output, labels, "");
        }
    }

    /** The contract does not allow it. */
    record Refused(Decision.Refused decision) implements CallOutcome {}

    /** A person said no, or nobody answered in time. */
    record NotConsented(String status, String by) implements CallOutcome {}

    /** Nobody has answered yet; the same call made again goes on waiting for the same ask. */
    record StillAsking(String ask) implements CallOutcome {}

    record Failed(String code, String message, String next) implements CallOutcome {}

    /** It was attempted before a crash and cannot be told whether it happened. Never repeated. */
    record InDoubt(String message) implements CallOutcome {}
}
