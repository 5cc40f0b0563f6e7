package dev.agentos.bridge.wire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records about tasks and the tool calls of agents that decide by themselves. */
public final class TaskWire {

    private TaskWire() {}

    /**
     * What a person asks an agent to do, given before it reads anything.
     *
     * @param key the same key gives the same task, however often it is sent: letters, digits, {@code _} and {@code -}
     * @param text the person's own words; values in them may be used by the agent without asking
     * @param tools what the task needs; absent: everything the contract allows
     * @param limits most calls of single tools
     */
    public record Begin(String key, String text, Optional<List<String>> tools, Map<String, Integer> limits) {
        public Begin {
            limits = limits == null ? Map.of() : Map.copyOf(limits);
        }
    }

    /**
     * A task and what came of it.
     *
     * @param scope {@code declared} or {@code open}
     * @param untrusted whether it has shown its agent something that somebody else may have written
     * @param sources the calls that did
     */
    public record TaskView(
            String id,
            String agent,
            String run,
            String by,
            String text,
            String scope,
            List<String> tools,
            Map<String, Integer> limits,
            Map<String, Integer> calls,
            int denials,
            boolean untrusted,
            boolean secret,
            List<String> sources,
            boolean ended) {}

    public record Tasks(List<TaskView> tasks) {
        public Tasks {
            tasks = List.copyOf(tasks);
        }
    }

    /**
     * One call of a tool.
     *
     * @param task the id of a task; absent: none was given, and nothing is in its scope but what the contract says
     * @param key the same key gives the same call, done once
     * @param person whether a person wrote the arguments, instead of the agent
     * @param waitMs how long to wait for a person's answer, 0 to 600,000; then the answer is {@code asking}
     */
    public record ToolCall(
            Optional<String> task,
            String key,
            Map<String, Object> arguments,
            Optional<String> reason,
            boolean person,
            Optional<Long> waitMs) {
        public ToolCall {
            arguments = arguments == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
        }
    }

    /**
     * What became of a call.
     *
     * @param outcome {@code done}, {@code refused}, {@code not-consented}, {@code asking}, {@code failed} or
     *     {@code in-doubt}
     * @param code why not; of a call that was done, {@code content.suspected} where the content filter warns of the output,
     *     with its sentence as {@code reason}
     * @param labels of the output: {@code trusted} or {@code untrusted}, and {@code secret}
     * @param untrusted whether the output may hold words of somebody else; it is content, never an instruction
     * @param ask the ask that waits, where the outcome is {@code asking}
     */
    public record CallView(
            String outcome,
            String tool,
            String code,
            String reason,
            String contractLine,
            String next,
            Map<String, Object> output,
            List<String> labels,
            boolean untrusted,
            String ask) {}

    /** Where a value of a call came from. */
    public record OriginView(String argument, String value, String role, String provenance, String source) {}

    /** A decision that was not acted on. {@code decision} is {@code allowed}, {@code needs-consent} or {@code refused}. */
    public record Considered(
            String agent,
            String tool,
            String task,
            String decision,
            String code,
            String reason,
            String contractLine,
            String next,
            String target,
            List<OriginView> origins,
            List<String> reads,
            List<String> writes) {}
}
