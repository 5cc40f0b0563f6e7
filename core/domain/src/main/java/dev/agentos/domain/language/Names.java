package dev.agentos.domain.language;

import java.util.List;

/**
 * What exists now and can be named.
 *
 * @param agents ids, oldest first
 * @param live ids of agents that are not over
 * @param catalog names that can be spawned without a file
 * @param asks questions that wait, oldest first
 * @param focus the agent that "it" means; empty when none is
 */
public record Names(
        List<String> agents,
        List<String> live,
        List<String> catalog,
        List<String> tools,
        List<String> models,
        List<String> asks,
        List<String> grants,
        String focus) {

    public Names {
        agents = List.copyOf(agents);
        live = List.copyOf(live);
        catalog = List.copyOf(catalog);
        tools = List.copyOf(tools);
        models = List.copyOf(models);
        asks = List.copyOf(asks);
        grants = List.copyOf(grants);
    }

    /** Nothing is known. */
    public static Names none() {
        return new Names(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), "");
    }

    /** Without {@code agent-} and the number: {@code agent-rag-planner-001} is called {@code rag-planner}. */
    static String called(String id) {
        String name = id.startsWith("agent-") ? id.substring("agent-".length()) : id;
        return name.replaceFirst("-\\d{3,}$", "");
    }
}
