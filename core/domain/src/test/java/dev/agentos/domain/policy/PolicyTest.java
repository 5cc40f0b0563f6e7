package dev.agentos.domain.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.policy.Policy.Rules;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyTest {

    private static final Grant GRANT = new Grant(
            "grant-1",
            "agent-a-001",
            "a",
            "fs.write",
            "/w",
            Scope.DAYS_30,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "user me",
            Instant.EPOCH,
            0);

    private static final List<String> READ = List.of("/data/docs");
    private static final List<String> WRITE = List.of("/data/out");
    private static final List<String> HOLD = List.of("/data/out/live");

    /** Places in, at the edge of, beside and outside the roots; the second half are tricks with prefixes. */
    private static final List<String> PATHS = List.of(
            "/data/docs",
            "/data/docs/a.md",
            "/data/out",
            "/data/out/x",
            "/data/out/live",
            "/data/out/live/x",
            "/data/docsx",
            "/data/docs.md",
            "/data/outlaw/x",
            "/data/out/livery",
            "/data",
            "/",
            "/etc/shadow",
            "/DATA/docs/a.md");

    /** A call outside any task. */
    private static Decision decide(
            Rules rules, String name, Optional<ToolDescriptor> tool, List<Target> targets, Optional<Grant> grant) {
        return Policy.decide(new Policy.Request(rules, name, tool, targets, Circumstances.NONE, grant));
    }

    private static ToolDescriptor tool(String name, String capability, Effect effect, boolean reversible) {
        ToolDescriptor.Draft draft = ToolDescriptor.named(name, effect, "").capability(capability);
        return (reversible ? draft.reversible() : draft).build();
    }

    private enum Capability {
        PRESENT,
        LOST,
        ABSENT
    }

    private enum ConsentFor {
        NOT_LISTED,
        BY_TOOL,
        BY_CAPABILITY
    }

    /** One call, with everything that the decision may depend on. */
    private record Case(
            boolean known,
            Capability capability,
            Optional<Target> target,
            boolean grant,
            ConsentFor consentFor,
            boolean hold,
            Effect effect,
            boolean reversible) {

        Decision decide() {
            ToolDescriptor tool = tool("fs.tool", "fs.word", effect, reversible);
            Rules rules = new Rules(
                    capability == Capability.PRESENT ? Set.of("fs.word", "other") : Set.of("other"),
                    capability == Capability.LOST ? Set.of("fs.word") : Set.of(),
                    switch (consentFor) {
                        case NOT_LISTED -> Set.of("email.send");
                        case BY_TOOL -> Set.of("fs.tool");
                        case BY_CAPABILITY -> Set.of("fs.word");
                    },
                    READ,
                    WRITE,
                    hold ? HOLD : List.of(),
                    path -> "c.yaml:" + path);
            return PolicyTest.decide(
                    rules,
                    "fs.tool",
                    known ? Optional.of(tool) : Optional.empty(),
                    target.map(List::of).orElse(List.of()),
                    grant ? Optional.of(GRANT) : Optional.empty());
        }

        /** The same question answered by another reading of the contract: whole path components, no prefixes. */
        String expected() {
            if (!known) {
                return "refused tool.unknown capabilities";
            }
            if (capability != Capability.PRESENT) {
                return "refused capability." + (capability == Capability.LOST ? "lost" : "missing") + " capabilities";
            }
            boolean write = target.map(t -> t.access() == Access.WRITE).orElse(false);
            if (target.isPresent()) {
                boolean inWrite = within(target.get().path(), WRITE);
                boolean inside = inWrite || (!write && within(target.get().path(), READ));
                if (!inside) {
                    return write
                            ? "refused path.write-outside filesystem.write"
                            : "refused path.read-outside filesystem.read";
                }
            }
            if (grant) {
                return "allowed grant security.consent_for";
            }
            if (consentFor != ConsentFor.NOT_LISTED) {
                return "needs-consent consent-for security.consent_for";
            }
            if (hold && write && within(target.orElseThrow().path(), HOLD)) {
                return "needs-consent path.hold filesystem.hold";
            }
            if (effect == Effect.ASKS) {
                return "needs-consent tool.asks capabilities";
            }
            return "allowed contract capabilities";
        }

        private static boolean within(String path, List<String> roots) {
            List<String> parts = List.of(path.split("/"));
            return roots.stream().anyMatch(root -> {
                List<String> wanted = List.of(root.split("/"));
                return parts.size() >= wanted.size()
                        && parts.subList(0, wanted.size()).equals(wanted);
            });
        }
    }

    private static List<Case> everyCase() {
        List<Optional<Target>> targets = new ArrayList<>(List.of(Optional.empty()));
        for (String path : PATHS) {
            for (Access access : Access.values()) {
                targets.add(Optional.of(new Target(path, access)));
            }
        }
        List<Case> cases = new ArrayList<>();
        for (boolean known : List.of(true, false)) {
            for (Capability capability : Capability.values()) {
                for (Optional<Target> target : targets) {
                    for (boolean grant : List.of(true, false)) {
                        for (ConsentFor consentFor : ConsentFor.values()) {
                            for (boolean hold : List.of(true, false)) {
                                for (Effect effect : Effect.values()) {
                                    for (boolean reversible : List.of(true, false)) {
                                        cases.add(new Case(
                                                known,
                                                capability,
                                                target,
                                                grant,
                                                consentFor,
                                                hold,
                                                effect,
                                                reversible));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return cases;
    }

    @Test
    void theWholeSpaceOfDecisionsAgreesWithASecondReadingOfTheRules() {
        List<Case> cases = everyCase();
        List<String> wrong = new ArrayList<>();
        for (Case one : cases) {
            Decision decision = one.decide();
            String found = decision.word() + " " + decision.code() + " "
                    + decision.contractLine().substring("c.yaml:".length());
            if (!found.equals(one.expected())) {
                wrong.add(one + ": " + found + ", not " + one.expected());
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(2 * 3 * (1 + 2 * PATHS.size()) * 2 * 3 * 2 * Effect.values().length * 2, cases.size());
    }

    @Test
    void everyDecisionCarriesAReasonAndARefusalTheNextStep() {
        for (Case one : everyCase()) {
            Decision decision = one.decide();
            assertEquals(false, decision.reason().isBlank(), one.toString());
            if (decision instanceof Decision.Refused refused) {
                assertEquals(false, refused.next().isBlank(), one.toString());
            }
        }
    }

    @Test
    void oneTargetOutsideRefusesTheWholeCall() {
        Rules rules = new Rules(Set.of("fs.read"), Set.of(), Set.of(), READ, WRITE, List.of(), path -> path);
        ToolDescriptor tool = tool("fs.read", "fs.read", Effect.READS, true);
        Decision decision = decide(
                rules,
                "fs.read",
                Optional.of(tool),
                List.of(new Target("/data/docs/a", Access.READ), new Target("/etc/passwd", Access.READ)),
                Optional.of(GRANT));
        assertEquals(
                new Decision.Refused(
                        "path.read-outside",
                        "/etc/passwd is outside what the contract lets this agent read (/data/docs)",
                        "filesystem.read",
                        "add the folder under filesystem.read, if this agent should read there"),
                decision);
    }

    @Test
    void aContractWithoutRootsAllowsNoPath() {
        Rules rules = new Rules(Set.of("fs.write"), Set.of(), Set.of(), List.of(), List.of(), List.of(), path -> path);
        ToolDescriptor tool = tool("fs.write", "fs.write", Effect.CHANGES, true);
        Decision.Refused refused = assertInstanceOf(
                Decision.Refused.class,
                decide(rules, "fs.write", Optional.of(tool), List.of(new Target("/", Access.WRITE)), Optional.empty()));
        assertEquals("/ is outside what the contract lets this agent write (nothing)", refused.reason());
    }

    @Test
    void belowMeansWholeComponents() {
        assertEquals(true, Policy.isBelow("/a/b", "/a/b"));
        assertEquals(true, Policy.isBelow("/a/b/c", "/a/b"));
        assertEquals(true, Policy.isBelow("/anything", "/"));
        assertEquals(false, Policy.isBelow("/a/bc", "/a/b"));
        assertEquals(false, Policy.isBelow("/a", "/a/b"));
        assertEquals(false, Policy.isBelow("", "/a"));
        assertEquals(false, Policy.isBelow("/a/b", "/a/"), "a root is normalised; one that is not never widens");
    }
}
