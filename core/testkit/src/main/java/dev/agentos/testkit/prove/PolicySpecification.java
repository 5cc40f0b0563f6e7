package dev.agentos.testkit.prove;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.policy.Circumstances;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.Label;
import dev.agentos.domain.policy.Origin;
import dev.agentos.domain.policy.Origins;
import dev.agentos.domain.policy.Policy;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.Provenance;
import dev.agentos.domain.policy.TaskScope;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A second writing of the order of a decision, as a table of sentences and not as code that shares anything with the
 * policy, and the finite space over which both must agree.
 */
final class PolicySpecification {

    /** Where the call's path lies. */
    enum Place {
        NONE,
        READABLE,
        WRITABLE,
        HELD,
        OUTSIDE,
        CLOSED
    }

    enum Capability {
        PRESENT,
        LOST,
        ABSENT
    }

    enum Listed {
        NO,
        BY_TOOL,
        BY_CAPABILITY
    }

    enum InScope {
        OPEN,
        DECLARED,
        LEFT_OUT
    }

    enum Limit {
        NONE,
        LEFT,
        REACHED
    }

    enum Secret {
        NONE,
        TAKEN,
        NOT_TAKEN
    }

    enum Denied {
        NEVER,
        THIS_VALUE,
        OFTEN
    }

    /** One point of the space. {@code provenance} is empty where the call has no value that matters. */
    record State(
            boolean known,
            Capability capability,
            Place place,
            Access access,
            Effect effect,
            boolean granted,
            Listed listed,
            InScope scope,
            Limit limit,
            Secret secret,
            Optional<Provenance> provenance,
            Origin.Role role,
            Denied denied,
            boolean refuseTainted) {}

    /** A sentence of the specification: when it holds, and what it says. */
    private record Sentence(java.util.function.Predicate<State> when, String answer) {}

    /** In the order in which they are asked; the first that holds is the answer. */
    private static final List<Sentence> SENTENCES = List.of(
            new Sentence(s -> !s.known(), "refused tool.unknown"),
            new Sentence(s -> s.capability() == Capability.LOST, "refused capability.lost"),
            new Sentence(s -> s.capability() == Capability.ABSENT, "refused capability.missing"),
            new Sentence(s -> s.place() == Place.CLOSED, "refused path.service-state"),
            new Sentence(s -> s.place() == Place.OUTSIDE && s.access() == Access.WRITE, "refused path.write-outside"),
            new Sentence(s -> s.place() == Place.READABLE && s.access() == Access.WRITE, "refused path.write-outside"),
            new Sentence(s -> s.place() == Place.OUTSIDE, "refused path.read-outside"),
            new Sentence(s -> s.scope() == InScope.LEFT_OUT, "refused scope.tool"),
            new Sentence(s -> s.limit() == Limit.REACHED, "refused scope.calls"),
            new Sentence(s -> s.secret() == Secret.NOT_TAKEN, "refused label.secret"),
            new Sentence(State::granted, "allowed grant"),
            new Sentence(s -> isDoubtful(s) && s.denied() == Denied.THIS_VALUE, "refused provenance.denied"),
            new Sentence(s -> isDoubtful(s) && s.denied() == Denied.OFTEN, "refused provenance.denied-often"),
            new Sentence(s -> isDoubtful(s) && s.refuseTainted(), "refused provenance.refused"),
            new Sentence(s -> s.listed() != Listed.NO, "needs-consent consent-for"),
            new Sentence(s -> s.place() == Place.HELD && s.access() == Access.WRITE, "needs-consent path.hold"),
            new Sentence(s -> s.effect() == Effect.ASKS, "needs-consent tool.asks"),
            new Sentence(
                    s -> s.provenance().equals(Optional.of(Provenance.UNTRUSTED)),
                    "needs-consent provenance.untrusted"),
            new Sentence(
                    s -> s.provenance().equals(Optional.of(Provenance.UNKNOWN)), "needs-consent provenance.unknown"),
            new Sentence(_ -> true, "allowed contract"));

    private static final Grant GRANT = new Grant(
            "grant-1",
            "agent-a-001",
            "a",
            "t.tool",
            "",
            Scope.DAYS_30,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "user me",
            Instant.EPOCH,
            0);

    private static final String VALUE = "somebody@example.org";

    private PolicySpecification() {}

    private static boolean isDoubtful(State state) {
        return state.provenance()
                .map(provenance -> provenance == Provenance.UNTRUSTED || provenance == Provenance.UNKNOWN)
                .orElse(false);
    }

    /** What the specification says. */
    static String expected(State state) {
        return SENTENCES.stream()
                .filter(sentence -> sentence.when().test(state))
                .findFirst()
                .orElseThrow()
                .answer();
    }

    /** What the policy says. */
    static String decided(State state) {
        Decision decision = Policy.decide(request(state));
        if (decision.reason().isBlank() || decision.contractLine().isBlank()) {
            return "a decision without reason or contract line";
        }
        if (decision instanceof Decision.Refused refused && refused.next().isBlank()) {
            return "a refusal without a next step";
        }
        return decision.word() + " " + decision.code();
    }

    private static Policy.Request request(State state) {
        Policy.Rules rules = new Policy.Rules(
                state.capability() == Capability.PRESENT ? Set.of("t.word") : Set.of("other"),
                state.capability() == Capability.LOST ? Set.of("t.word") : Set.of(),
                switch (state.listed()) {
                    case NO -> Set.of("t.other");
                    case BY_TOOL -> Set.of("t.tool");
                    case BY_CAPABILITY -> Set.of("t.word");
                },
                List.of("/in/read"),
                List.of("/in/write"),
                List.of("/in/write/held"),
                List.of("/state"),
                "",
                Origins.Check.DESTINATIONS,
                state.refuseTainted(),
                Set.of(),
                path -> "c.yaml: " + path);
        ToolDescriptor.Draft draft =
                ToolDescriptor.named("t.tool", state.effect(), "").capability("t.word");
        if (state.secret() == Secret.TAKEN) {
            draft.reads(Label.TRUSTED, Label.UNTRUSTED, Label.SECRET);
        }
        TaskScope scope = new TaskScope(
                switch (state.scope()) {
                    case OPEN -> Optional.empty();
                    case DECLARED -> Optional.of(Set.of("t.tool", "x"));
                    case LEFT_OUT -> Optional.of(Set.of("x"));
                },
                state.limit() == Limit.NONE ? Map.of() : Map.of("t.tool", 3));
        Circumstances around = new Circumstances(
                scope,
                state.limit() == Limit.REACHED ? 3 : 2,
                state.provenance()
                        .map(provenance -> List.of(new Origin("to", VALUE, state.role(), provenance, "step (t.read)")))
                        .orElse(List.of()),
                state.secret() == Secret.NONE ? List.of() : List.of("step (t.read)"),
                state.denied() == Denied.THIS_VALUE ? Set.of("somebodyexampleorg") : Set.of(),
                state.denied() == Denied.OFTEN ? 3 : 1);
        return new Policy.Request(
                rules,
                "t.tool",
                state.known() ? Optional.of(draft.build()) : Optional.empty(),
                target(state),
                around,
                state.granted() ? Optional.of(GRANT) : Optional.empty());
    }

    private static List<Target> target(State state) {
        return switch (state.place()) {
            case NONE -> List.of();
            case READABLE -> List.of(new Target("/in/read/a", state.access()));
            case WRITABLE -> List.of(new Target("/in/write/a", state.access()));
            case HELD -> List.of(new Target("/in/write/held/a", state.access()));
            case OUTSIDE -> List.of(new Target("/in/writer", state.access()));
            case CLOSED -> List.of(new Target("/state/journal.db", state.access()));
        };
    }

    /** Every state, once. */
    static void forEach(Consumer<State> visit) {
        for (boolean known : new boolean[] {true, false}) {
            for (Capability capability : Capability.values()) {
                for (Place place : Place.values()) {
                    for (Access access : Access.values()) {
                        for (Effect effect : Effect.values()) {
                            for (boolean granted : new boolean[] {false, true}) {
                                for (Listed listed : Listed.values()) {
                                    tasks(known, capability, place, access, effect, granted, listed, visit);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static void tasks(
            boolean known,
            Capability capability,
            Place place,
            Access access,
            Effect effect,
            boolean granted,
            Listed listed,
            Consumer<State> visit) {
        for (InScope scope : InScope.values()) {
            for (Limit limit : Limit.values()) {
                for (Secret secret : Secret.values()) {
                    for (Denied denied : Denied.values()) {
                        for (boolean refuse : new boolean[] {false, true}) {
                            State without = new State(
                                    known,
                                    capability,
                                    place,
                                    access,
                                    effect,
                                    granted,
                                    listed,
                                    scope,
                                    limit,
                                    secret,
                                    Optional.empty(),
                                    Origin.Role.CONTENT,
                                    denied,
                                    refuse);
                            visit.accept(without);
                            for (Provenance provenance : Provenance.values()) {
                                visit.accept(new State(
                                        known,
                                        capability,
                                        place,
                                        access,
                                        effect,
                                        granted,
                                        listed,
                                        scope,
                                        limit,
                                        secret,
                                        Optional.of(provenance),
                                        Origin.Role.DESTINATION,
                                        denied,
                                        refuse));
                            }
                        }
                    }
                }
            }
        }
    }
}
