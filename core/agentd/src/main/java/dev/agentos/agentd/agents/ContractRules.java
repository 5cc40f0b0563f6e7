package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.tools.Tool;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.Filesystem;
import dev.agentos.domain.contract.OnTainted;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What follows from a contract for one agent on this machine: its policy rules, its paths, its plan. */
final class ContractRules {

    private ContractRules() {}

    static Policy.Rules of(ContractDocument document, AgentRecord agent, List<Path> serviceFolders) {
        List<String> closed = serviceFolders.stream().map(ContractRules::real).toList();
        AgentContract contract = document.contract();
        Filesystem filesystem = filesystem(contract, agent.input());
        Tool.Place place = new Tool.Place(agent.id(), Path.of(agent.workspace()));
        Set<String> write = new LinkedHashSet<>(hostPaths(filesystem.write(), place));
        write.add(real(Path.of(agent.workspace())));
        return new Policy.Rules(
                agent.bound().capabilities(),
                agent.bound().lost(),
                Set.copyOf(contract.security().consentFor()),
                hostPaths(filesystem.read(), place),
                List.copyOf(write),
                hostPaths(filesystem.hold(), place),
                closed,
                real(Path.of(agent.workspace())),
                contract.security().origins().check().check(),
                contract.security().origins().onTainted() == OnTainted.REFUSE,
                trustedSources(contract, place),
                path -> document.lineOf(path).toString());
    }

    /** Where the agent's tools find what they may read, and the scope that it has in common with whoever sees the same. */
    static Tool.Place place(ContractDocument document, AgentRecord agent, List<Path> serviceFolders) {
        Policy.Rules rules = of(document, agent, serviceFolders);
        List<String> readable = new ArrayList<>(rules.readRoots());
        rules.writeRoots().stream()
                .filter(root -> !root.equals(rules.ownRoot()))
                .forEach(readable::add);
        // A folder that holds the service's own state is refused when it is used; here it is simply not there.
        readable.removeIf(root -> rules.closedRoots().stream()
                .anyMatch(closed -> Policy.isBelow(closed, root) || Policy.isBelow(root, closed)));
        String scope = Digests.sha256OfJson(List.of(
                readable.stream().sorted().toList(),
                document.contract().security().dataScopes().stream().sorted().toList(),
                document.contract().memory().namespace()));
        return new Tool.Place(
                agent.id(),
                Path.of(agent.workspace()),
                readable,
                scope,
                document.contract().security().secrets());
    }

    /** The paths of a contract with the run's inputs put in. */
    static Filesystem filesystem(AgentContract contract, Map<String, Object> input) {
        Map<String, String> texts = new LinkedHashMap<>();
        input.forEach((name, value) -> {
            if (value instanceof String text) {
                texts.put(name, text);
            }
        });
        try {
            return contract.filesystem().withInputs(texts);
        } catch (IllegalArgumentException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "input.path",
                    String.valueOf(e.getMessage()),
                    "filesystem",
                    "give the input with --input NAME=/absolute/path");
        }
    }

    private static Set<String> trustedSources(AgentContract contract, Tool.Place place) {
        Set<String> sources = new LinkedHashSet<>();
        for (String source : contract.security().origins().trustedSources()) {
            sources.addAll(source.startsWith("/") ? hostPaths(List.of(source), place) : List.of(source));
        }
        return sources;
    }

    private static List<String> hostPaths(List<String> paths, Tool.Place place) {
        List<String> host = new ArrayList<>();
        for (String path : paths) {
            try {
                host.add(real(place.host(path)));
            } catch (Tool.ToolException e) {
                throw new IllegalStateException("a parsed contract holds no such path: " + path, e);
            }
        }
        return host;
    }

    private static String real(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            return path.normalize().toString();
        }
    }

    /**
     * The steps that a managed agent runs. One without prompt and plan retrieves and summarises, over what its
     * capabilities allow here.
     */
    static List<PlanStep> plan(AgentContract contract, Set<String> capabilities, Map<String, Object> input) {
        if (!(contract.runtime() instanceof AgentRuntime.Managed managed)) {
            return List.of();
        }
        // With a prompt and no plan a model decides what to do.
        if (!managed.plan().isEmpty() || managed.prompt().isPresent()) {
            return managed.plan();
        }
        List<PlanStep> steps = new ArrayList<>();
        boolean canRead = capabilities.contains("fs.read")
                && !contract.filesystem().read().isEmpty();
        if (canRead) {
            steps.add(new PlanStep(
                    "retrieve", "fs.read", Map.of("paths", contract.filesystem().read())));
        }
        if (capabilities.contains("summarize")) {
            Object documents = canRead
                    ? "${steps.retrieve.documents}"
                    : input.containsKey("documents") ? "${input.documents}" : List.of();
            steps.add(new PlanStep("summarise", "summarize", Map.of("documents", documents, "title", contract.name())));
        }
        return steps;
    }
}
