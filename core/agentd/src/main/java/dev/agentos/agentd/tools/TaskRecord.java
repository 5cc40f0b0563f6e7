package dev.agentos.agentd.tools;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state document of kind {@code task}: what a person asked for, which tools it needs, and what has come of it. What
 * its agent was shown is kept beside it, one document for each call, so that no restart forgets a label.
 *
 * @param text the person's words
 * @param tools the declared tools; empty where nothing was declared
 * @param calls how often each tool was called
 * @param denied values that a person has said no to, by the key of the ask
 */
public record TaskRecord(
        String id,
        String agent,
        String run,
        String by,
        String text,
        Optional<List<String>> tools,
        Map<String, Integer> limits,
        Map<String, Integer> calls,
        Map<String, List<String>> denied,
        boolean ended) {

    public static final String KIND = "task";

    public TaskRecord {
        tools = tools.map(List::copyOf);
        limits = Map.copyOf(limits);
        calls = Map.copyOf(calls);
        denied = Map.copyOf(denied);
    }

    TaskRecord called(String tool) {
        Map<String, Integer> next = new LinkedHashMap<>(calls);
        next.merge(tool, 1, Integer::sum);
        return new TaskRecord(id, agent, run, by, text, tools, limits, next, denied, ended);
    }

    TaskRecord refused(String key, List<String> values) {
        Map<String, List<String>> next = new LinkedHashMap<>(denied);
        next.put(key, values);
        return new TaskRecord(id, agent, run, by, text, tools, limits, calls, next, ended);
    }

    TaskRecord over() {
        return new TaskRecord(id, agent, run, by, text, tools, limits, calls, denied, true);
    }
}
