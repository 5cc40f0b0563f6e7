package dev.agentos.domain.catalog;

import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.domain.contract.Security;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What an entry may do, in words for the person who is about to start it. Made from the contract alone, which is what
 * is enforced; what the entry says of itself plays no part.
 */
public final class CatalogWords {

    private CatalogWords() {}

    /** One sentence each, what matters most first. */
    public static List<String> mayDo(AgentContract contract) {
        List<String> words = new ArrayList<>();
        words.add(reads(contract));
        words.add(changes(contract));
        words.add(network(contract));
        programs(contract, words);
        Set<String> asks = new LinkedHashSet<>(contract.security().consentFor());
        asks.retainAll(contract.capabilities());
        words.add(
                asks.isEmpty()
                        ? "It asks you nothing" + (asksForSites(contract) ? " else" : "")
                                + ", unless what it found would decide where something goes."
                        : "It asks you before each use of " + list(asks) + ".");
        if (!contract.security().secrets().isEmpty()) {
            words.add("Its tools may use your secrets "
                    + list(contract.security().secrets()) + "; it does not see them.");
        }
        words.add(models(contract));
        words.add("It stops after " + contract.budget().toolCalls() + " tool calls or "
                + minutes(contract.budget().wallTime().toSeconds()) + ".");
        return List.copyOf(words);
    }

    private static String reads(AgentContract contract) {
        List<String> read = contract.filesystem().read();
        return read.isEmpty()
                ? "It reads none of your files."
                : "It reads " + places(read) + " and nothing else of yours.";
    }

    private static String changes(AgentContract contract) {
        List<String> write = new ArrayList<>(contract.filesystem().write());
        write.remove("/workspace");
        if (write.isEmpty()) {
            return "It changes none of your files; what it makes stays in its own workspace.";
        }
        return "It changes " + places(write) + "; every change can be undone.";
    }

    private static String network(AgentContract contract) {
        List<String> domains = contract.egress().domains();
        boolean fetches = contract.capabilities().contains("web.fetch")
                || contract.capabilities().contains("email.send")
                || contract.runtime() instanceof AgentRuntime.ProcessRuntime;
        if (!domains.isEmpty()) {
            return "It connects to " + list(domains)
                    + (asksForSites(contract) ? "; any other site asks you first." : " and to no other site.");
        }
        return fetches && asksForSites(contract)
                ? "It connects to a site only after you allowed that site."
                : "It uses no network.";
    }

    private static boolean asksForSites(AgentContract contract) {
        return contract.security().consentFor().contains(Security.NET_CONNECT);
    }

    private static void programs(AgentContract contract, List<String> words) {
        List<String> sandboxed = List.of("shell.exec", "code.python").stream()
                .filter(contract.capabilities()::contains)
                .toList();
        if (!sandboxed.isEmpty()) {
            words.add("It runs programs (" + list(sandboxed)
                    + "), each in a sandbox without network that can change only its workspace.");
        }
        if (contract.runtime() instanceof AgentRuntime.ProcessRuntime process) {
            words.add(
                    process.command().isEmpty()
                            ? "It runs the command that you give it, in a sandbox."
                            : "It runs " + process.command().getFirst() + " in a sandbox.");
        } else if (contract.runtime() instanceof AgentRuntime.Managed managed
                && !managed.plan().isEmpty()) {
            words.add("Its steps are fixed: "
                    + String.join(
                            ", then ",
                            managed.plan().stream().map(PlanStep::tool).toList())
                    + ". Nothing it reads can add one.");
        }
    }

    private static String models(AgentContract contract) {
        List<String> models = contract.modelPolicy().allow();
        if (models.isEmpty() || models.equals(List.of("local/extractive"))) {
            return "It uses no outside model.";
        }
        return "It may show what it reads to the model " + String.join(" or ", models) + ".";
    }

    /** Paths as a person knows them: an input by its name. */
    private static String places(List<String> paths) {
        return list(paths.stream()
                .map(path -> path.startsWith("${input.")
                        ? "what you name as \"" + path.substring("${input.".length(), path.indexOf('}')) + "\""
                                + path.substring(path.indexOf('}') + 1)
                        : path.equals("/workspace") ? "its own workspace" : path)
                .toList());
    }

    private static String minutes(long seconds) {
        return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }

    private static String list(Iterable<String> items) {
        List<String> all = new ArrayList<>();
        items.forEach(all::add);
        return all.size() == 1
                ? all.getFirst()
                : String.join(", ", all.subList(0, all.size() - 1)) + " and " + all.getLast();
    }
}
