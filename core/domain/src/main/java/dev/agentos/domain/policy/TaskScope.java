package dev.agentos.domain.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tools that one task needs, fixed before anything untrusted is read: a plan's own steps, or what the person
 * declared. It only ever narrows what the contract allows.
 *
 * @param tools empty when nothing was declared: then the contract's capabilities are the scope
 * @param limits calls of single tools that the task may make at most
 */
public record TaskScope(Optional<Set<String>> tools, Map<String, Integer> limits) {

    /** Nothing was declared. */
    public static final TaskScope OPEN = new TaskScope(Optional.empty(), Map.of());

    public TaskScope {
        tools = tools.map(Set::copyOf);
        limits = Map.copyOf(limits);
        if (limits.values().stream().anyMatch(limit -> limit < 0)) {
            throw new IllegalArgumentException("a limit of calls cannot be below nothing");
        }
    }

    public static TaskScope of(List<String> tools) {
        return new TaskScope(Optional.of(Set.copyOf(tools)), Map.of());
    }

    public boolean holds(String tool) {
        return tools.map(declared -> declared.contains(tool)).orElse(true);
    }

    /** The limit of a tool's calls, where there is one. */
    public Optional<Integer> limit(String tool) {
        return Optional.ofNullable(limits.get(tool));
    }
}
