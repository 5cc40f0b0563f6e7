package dev.agentos.domain.policy;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.policy.Decision.Allowed;
import dev.agentos.domain.policy.Decision.NeedsConsent;
import dev.agentos.domain.policy.Decision.Refused;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The decision on a tool call. Pure and total; the order is fixed: refused by the contract, covered by a live grant,
 * listed in {@code consent_for}, otherwise allowed.
 */
public final class Policy {

    /**
     * What of a contract the decision reads.
     *
     * @param capabilities effective ones, after admission took away what the machine lacks
     * @param lost capabilities that the contract lists and admission took away
     * @param holdRoots parts of the write roots where every write asks first
     * @param closedRoots the service's own folders, which no contract opens
     * @param ownRoot the agent's workspace, open although it may lie inside a closed folder; empty for none
     * @param line turns a contract path such as {@code filesystem.write} into {@code file:line:column}
     */
    public record Rules(
            Set<String> capabilities,
            Set<String> lost,
            Set<String> consentFor,
            List<String> readRoots,
            List<String> writeRoots,
            List<String> holdRoots,
            List<String> closedRoots,
            String ownRoot,
            UnaryOperator<String> line) {
        public Rules {
            capabilities = Set.copyOf(capabilities);
            lost = Set.copyOf(lost);
            consentFor = Set.copyOf(consentFor);
            readRoots = List.copyOf(readRoots);
            writeRoots = List.copyOf(writeRoots);
            holdRoots = List.copyOf(holdRoots);
            closedRoots = List.copyOf(closedRoots);
        }

        /** Rules of a service whose own folders are out of reach anyway. */
        public Rules(
                Set<String> capabilities,
                Set<String> lost,
                Set<String> consentFor,
                List<String> readRoots,
                List<String> writeRoots,
                List<String> holdRoots,
                UnaryOperator<String> line) {
            this(capabilities, lost, consentFor, readRoots, writeRoots, holdRoots, List.of(), "", line);
        }
    }

    /** A path that the call touches: absolute, normalised, symbolic links resolved by the caller. */
    public record Target(String path, Access access) {}

    private Policy() {}

    /**
     * Decides one call.
     *
     * @param tool empty when no such tool is registered
     * @param grant a live grant that covers the call, if there is one
     */
    public static Decision decide(
            Rules rules, String toolName, Optional<ToolDescriptor> tool, List<Target> targets, Optional<Grant> grant) {
        if (tool.isEmpty()) {
            return new Refused(
                    "tool.unknown",
                    "no tool is called " + toolName,
                    rules.line().apply("capabilities"),
                    "see agentctl tool list");
        }
        ToolDescriptor descriptor = tool.get();
        if (!rules.capabilities().contains(descriptor.capability())) {
            return refusedCapability(rules, descriptor);
        }
        for (Target target : targets) {
            if (isClosed(rules, target.path())) {
                return new Refused(
                        "path.service-state",
                        target.path() + " is or holds the service's own state, which no agent may see",
                        rules.line().apply(target.access() == Access.WRITE ? "filesystem.write" : "filesystem.read"),
                        "declare and use a folder beside it");
            }
            List<String> roots = target.access() == Access.WRITE ? rules.writeRoots() : rules.readRoots();
            boolean inside = roots.stream().anyMatch(root -> isBelow(target.path(), root))
                    || (target.access() == Access.READ
                            && rules.writeRoots().stream().anyMatch(root -> isBelow(target.path(), root)));
            if (!inside) {
                return refusedPath(rules, target, roots);
            }
        }
        if (grant.isPresent()) {
            return new Allowed(
                    "grant",
                    "covered by grant " + grant.get().id() + " of "
                            + grant.get().by(),
                    rules.line().apply("security.consent_for"),
                    grant);
        }
        if (rules.consentFor().contains(descriptor.capability())
                || rules.consentFor().contains(descriptor.name())) {
            return new NeedsConsent(
                    "consent-for",
                    "the contract lists " + descriptor.name() + " under consent_for",
                    rules.line().apply("security.consent_for"));
        }
        if (targets.stream()
                .anyMatch(target -> target.access() == Access.WRITE
                        && rules.holdRoots().stream().anyMatch(root -> isBelow(target.path(), root)))) {
            return new NeedsConsent(
                    "path.hold",
                    "the contract holds writes there until a person answers",
                    rules.line().apply("filesystem.hold"));
        }
        return new Allowed(
                "contract",
                descriptor.effect() == Effect.CHANGES && descriptor.reversible()
                        ? "allowed by the contract; undo is kept"
                        : "allowed by the contract",
                rules.line().apply("capabilities"),
                Optional.empty());
    }

    private static boolean isClosed(Rules rules, String path) {
        boolean ownPlace = !rules.ownRoot().isEmpty() && isBelow(path, rules.ownRoot());
        return !ownPlace
                && rules.closedRoots().stream().anyMatch(closed -> isBelow(path, closed) || isBelow(closed, path));
    }

    private static Refused refusedCapability(Rules rules, ToolDescriptor tool) {
        if (rules.lost().contains(tool.capability())) {
            return new Refused(
                    "capability.lost",
                    tool.capability() + " was taken away at admission: this machine has no such tool",
                    rules.line().apply("capabilities"),
                    "see agentctl show AGENT for what was substituted or lost");
        }
        return new Refused(
                "capability.missing",
                tool.name() + " needs the capability " + tool.capability() + ", which the contract does not list",
                rules.line().apply("capabilities"),
                "add \"" + tool.capability() + "\" to capabilities, if this agent should have it");
    }

    private static Refused refusedPath(Rules rules, Target target, List<String> roots) {
        boolean write = target.access() == Access.WRITE;
        String section = write ? "filesystem.write" : "filesystem.read";
        return new Refused(
                write ? "path.write-outside" : "path.read-outside",
                target.path() + " is outside what the contract lets this agent " + (write ? "write" : "read")
                        + (roots.isEmpty() ? " (nothing)" : " (" + String.join(", ", roots) + ")"),
                rules.line().apply(section),
                "add the folder under " + section + ", if this agent should " + (write ? "write" : "read") + " there");
    }

    /** Whether {@code path} is {@code root} or lies below it. Both absolute and normalised. */
    public static boolean isBelow(String path, String root) {
        if (path.equals(root) || root.equals("/")) {
            return true;
        }
        return path.startsWith(root) && path.charAt(root.length()) == '/';
    }
}
