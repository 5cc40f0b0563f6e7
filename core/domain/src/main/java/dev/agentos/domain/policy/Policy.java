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
import java.util.stream.Collectors;

/**
 * The decision on a tool call. Pure and total; the order is fixed: refused by the contract or the task's scope, covered
 * by a live grant, denied or refused for doubtful origin, listed in {@code consent_for}, asked about for doubtful origin,
 * otherwise allowed.
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
     * @param check which values must have an origin that somebody vouches for
     * @param refuseTainted whether a call with others is refused instead of asked about
     * @param trustedSources tools, and folders, whose results the contract calls trusted
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
            Origins.Check check,
            boolean refuseTainted,
            Set<String> trustedSources,
            UnaryOperator<String> line) {
        public Rules {
            trustedSources = Set.copyOf(trustedSources);
            capabilities = Set.copyOf(capabilities);
            lost = Set.copyOf(lost);
            consentFor = Set.copyOf(consentFor);
            readRoots = List.copyOf(readRoots);
            writeRoots = List.copyOf(writeRoots);
            holdRoots = List.copyOf(holdRoots);
            closedRoots = List.copyOf(closedRoots);
        }

        /** Rules of a service whose own folders are out of reach anyway, with the checks that are usual. */
        public Rules(
                Set<String> capabilities,
                Set<String> lost,
                Set<String> consentFor,
                List<String> readRoots,
                List<String> writeRoots,
                List<String> holdRoots,
                UnaryOperator<String> line) {
            this(
                    capabilities,
                    lost,
                    consentFor,
                    readRoots,
                    writeRoots,
                    holdRoots,
                    List.of(),
                    "",
                    Origins.Check.DESTINATIONS,
                    false,
                    Set.of(),
                    line);
        }

        /** Whether the contract calls the results of a call trusted: its tool's, or of every path that it reads. */
        public boolean trusts(String tool, List<Target> targets) {
            return trustedSources.contains(tool)
                    || (!targets.isEmpty()
                            && targets.stream()
                                    .allMatch(target -> trustedSources.stream()
                                            .anyMatch(source ->
                                                    source.startsWith("/") && isBelow(target.path(), source))));
        }
    }

    /** A path that the call touches: absolute, normalised, symbolic links resolved by the caller. */
    public record Target(String path, Access access) {}

    /**
     * Everything that a decision rests on.
     *
     * @param tool empty when no such tool is registered
     * @param grant a live grant that covers the call, if there is one
     */
    public record Request(
            Rules rules,
            String toolName,
            Optional<ToolDescriptor> tool,
            List<Target> targets,
            Circumstances circumstances,
            Optional<Grant> grant) {
        public Request {
            targets = List.copyOf(targets);
        }
    }

    private Policy() {}

    /** Decides one call. */
    public static Decision decide(Request request) {
        Rules rules = request.rules();
        if (request.tool().isEmpty()) {
            return new Refused(
                    "tool.unknown",
                    "no tool is called " + request.toolName(),
                    rules.line().apply("capabilities"),
                    "see agentctl tool list");
        }
        ToolDescriptor tool = request.tool().get();
        Circumstances around = request.circumstances();
        return refusedByContract(rules, tool, request.targets())
                .or(() -> refusedByTask(rules, tool, around))
                .<Decision>map(refused -> refused)
                .or(() -> granted(rules, request.grant()))
                .or(() -> denied(rules, tool, around))
                .or(() -> tainted(rules, tool, around))
                .or(() -> listed(rules, tool, request.targets()))
                .or(() -> doubtful(rules, tool, around))
                .orElseGet(() -> new Allowed(
                        "contract",
                        tool.effect() == Effect.CHANGES && tool.reversible()
                                ? "allowed by the contract; undo is kept"
                                : "allowed by the contract",
                        rules.line().apply("capabilities"),
                        Optional.empty()));
    }

    // ------------------------------------------------------------------ refused

    private static Optional<Refused> refusedByContract(Rules rules, ToolDescriptor tool, List<Target> targets) {
        if (!rules.capabilities().contains(tool.capability())) {
            return Optional.of(refusedCapability(rules, tool));
        }
        for (Target target : targets) {
            boolean write = target.access() == Access.WRITE;
            if (isClosed(rules, target.path())) {
                return Optional.of(new Refused(
                        "path.service-state",
                        target.path() + " is or holds the service's own state, which no agent may see",
                        rules.line().apply(write ? "filesystem.write" : "filesystem.read"),
                        "declare and use a folder beside it"));
            }
            boolean inside = isBelowAny(target.path(), rules.writeRoots())
                    || (!write && isBelowAny(target.path(), rules.readRoots()));
            if (!inside) {
                return Optional.of(refusedPath(rules, target, write ? rules.writeRoots() : rules.readRoots()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Refused> refusedByTask(Rules rules, ToolDescriptor tool, Circumstances around) {
        if (!around.scope().holds(tool.name())) {
            return Optional.of(new Refused(
                    "scope.tool",
                    "the task needs no " + tool.name() + ": it was begun with "
                            + around.scope().tools().map(Policy::list).orElse("everything"),
                    rules.line().apply("capabilities"),
                    "begin the task with it, for example --tools " + tool.name()
                            + ",…, if the task you gave needs it"));
        }
        Optional<Integer> limit = around.scope().limit(tool.name()).filter(most -> around.callsBefore() >= most);
        if (limit.isPresent()) {
            return Optional.of(new Refused(
                    "scope.calls",
                    "the task may call " + tool.name() + " " + limit.get() + " times and has",
                    rules.line().apply("budget.tool_calls"),
                    "begin the task with a higher limit of calls of this tool"));
        }
        if (!around.secrets().isEmpty() && !tool.reads().contains(Label.SECRET)) {
            return Optional.of(new Refused(
                    "label.secret",
                    "an argument holds a secret out of " + String.join(", ", around.secrets()) + ", and " + tool.name()
                            + " does not say that it takes secrets",
                    rules.line().apply("security.data_scopes"),
                    "leave the secret out, or use a tool that takes secrets"));
        }
        return Optional.empty();
    }

    private static boolean isBelowAny(String path, List<String> roots) {
        return roots.stream().anyMatch(root -> isBelow(path, root));
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

    // ------------------------------------------------------------------ granted, listed, doubtful

    private static Optional<Decision> granted(Rules rules, Optional<Grant> grant) {
        return grant.map(given -> new Allowed(
                "grant",
                "covered by grant " + given.id() + " of " + given.by(),
                rules.line().apply("security.consent_for"),
                grant));
    }

    private static Optional<Decision> listed(Rules rules, ToolDescriptor tool, List<Target> targets) {
        if (rules.consentFor().contains(tool.capability()) || rules.consentFor().contains(tool.name())) {
            return Optional.of(new NeedsConsent(
                    "consent-for",
                    "the contract lists " + tool.name() + " under consent_for",
                    rules.line().apply("security.consent_for")));
        }
        if (targets.stream()
                .anyMatch(target -> target.access() == Access.WRITE && isBelowAny(target.path(), rules.holdRoots()))) {
            return Optional.of(new NeedsConsent(
                    "path.hold",
                    "the contract holds writes there until a person answers",
                    rules.line().apply("filesystem.hold")));
        }
        if (tool.effect() == Effect.ASKS) {
            return Optional.of(new NeedsConsent(
                    "tool.asks",
                    tool.name() + " asks each time, because what it does matters and cannot be taken back",
                    rules.line().apply("capabilities")));
        }
        return Optional.empty();
    }

    /** A person's no holds for the whole task, also for what would be asked about anyway. */
    private static Optional<Decision> denied(Rules rules, ToolDescriptor tool, Circumstances around) {
        List<Origin> doubtful = around.unvouched();
        String line = rules.line().apply("security.on_tainted");
        String why = why(tool, doubtful);
        if (Denials.covers(around.denied(), doubtful)) {
            return Optional.of(new Refused(
                    "provenance.denied",
                    why + "; a person has said no to that in this task",
                    line,
                    "begin a new task that names the value, if you want it after all"));
        }
        if (!doubtful.isEmpty() && around.denials() >= Denials.ENOUGH) {
            return Optional.of(new Refused(
                    "provenance.denied-often",
                    why + "; after " + around.denials() + " denials this task is not asked about any more",
                    line,
                    "look at what the agent reads, then begin a new task"));
        }
        return Optional.empty();
    }

    /** What the contract refuses to be asked about is refused, also where the tool would ask anyway. */
    private static Optional<Decision> tainted(Rules rules, ToolDescriptor tool, Circumstances around) {
        if (!rules.refuseTainted() || around.unvouched().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Refused(
                "provenance.refused",
                why(tool, around.unvouched()),
                rules.line().apply("security.on_tainted"),
                "name the value in the task, list its reader under security.trusted_sources, or set"
                        + " security.on_tainted: ask"));
    }

    private static Optional<Decision> doubtful(Rules rules, ToolDescriptor tool, Circumstances around) {
        List<Origin> doubtful = around.unvouched();
        if (doubtful.isEmpty()) {
            return Optional.empty();
        }
        boolean untrusted = doubtful.stream().anyMatch(origin -> origin.provenance() == Provenance.UNTRUSTED);
        return Optional.of(new NeedsConsent(
                untrusted ? "provenance.untrusted" : "provenance.unknown",
                why(tool, doubtful),
                rules.line().apply("security.on_tainted")));
    }

    private static String why(ToolDescriptor tool, List<Origin> doubtful) {
        return tool.name() + " "
                + doubtful.stream().map(Origin::sentence).distinct().collect(Collectors.joining("; it "));
    }

    private static String list(Set<String> names) {
        return names.isEmpty() ? "no tools" : names.stream().sorted().collect(Collectors.joining(", "));
    }

    /** Whether {@code path} is {@code root} or lies below it. Both absolute and normalised. */
    public static boolean isBelow(String path, String root) {
        if (path.equals(root) || root.equals("/")) {
            return true;
        }
        return path.startsWith(root) && path.charAt(root.length()) == '/';
    }
}
