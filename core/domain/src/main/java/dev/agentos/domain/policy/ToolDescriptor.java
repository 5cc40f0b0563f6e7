package dev.agentos.domain.policy;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the gateway knows of a tool before any call. It is what a person approves and what a manifest is signed over, so
 * nothing that decides about a call is kept elsewhere.
 *
 * @param capability the word of a contract that allows it; the tool's own name unless several share one
 * @param inputSchema JSON Schema 2020-12 of the arguments, as canonical JSON
 * @param reversible whether an effect can be taken back by agentd
 * @param reads labels that its arguments may carry. Without {@code SECRET} a call with secret data is refused; without
 *     {@code UNTRUSTED} a call with untrusted data anywhere asks first
 * @param writes labels of its results
 * @param pathArguments names of arguments that are file paths, with the access the tool needs there
 * @param destinations names of arguments whose value says where an effect goes: a recipient, an address, an account
 * @param sensitive names of arguments that are shown in full before anybody allows a call and never written to a log
 * @param cache who may be given a result that was kept
 * @param credentials arguments that may refer to secrets, each with the argument that says where it is sent
 */
public record ToolDescriptor(
        String name,
        String capability,
        String summary,
        String inputSchema,
        Effect effect,
        boolean reversible,
        Idempotency idempotency,
        Cost cost,
        Set<Label> reads,
        ResultLabels writes,
        List<PathArgument> pathArguments,
        List<String> destinations,
        List<String> sensitive,
        Cache cache,
        List<Credential> credentials) {

    public ToolDescriptor {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a tool");
        }
        if (!InputSchema.canonical(inputSchema).equals(inputSchema)) {
            throw new IllegalArgumentException(name + ": the input schema is not canonical JSON");
        }
        reads = Set.copyOf(reads);
        pathArguments = List.copyOf(pathArguments);
        destinations = List.copyOf(destinations);
        sensitive = List.copyOf(sensitive);
        credentials = List.copyOf(credentials);
        if (cache != Cache.NEVER && (effect == Effect.CHANGES || effect == Effect.ASKS)) {
            throw new IllegalArgumentException(
                    name + ": a call that changes something cannot be answered from a cache");
        }
    }

    /** What a call does to the world. */
    public enum Effect {
        /** Looks at something outside. */
        READS,
        /** Changes something. */
        CHANGES,
        /** Changes something and asks a person each time that no grant covers it, whatever the contract says. */
        ASKS,
        /** Makes its result from its arguments alone. */
        COMPUTES;

        /** Whether somebody may be worse off after a call. */
        public boolean isConsequential() {
            return this == CHANGES || this == ASKS;
        }
    }

    /** What may be done when it is not known whether a call happened. */
    public enum Idempotency {
        /** Twice is the same as once. */
        REPEATABLE,
        /** The tool takes an idempotency key and does the same key once. */
        KEYED,
        /** It cannot be told and must not be repeated: the effect is in doubt. */
        NONE
    }

    /** Who may be given a result that was kept. */
    public enum Cache {
        NEVER,
        /** Calls of the same agent with the same arguments. */
        AGENT,
        /** Calls of any agent with the same arguments whose contract gives the same paths and data. */
        SHARED
    }

    /**
     * What a call uses up.
     *
     * @param calls how many it counts as against {@code budget.tool_calls}
     * @param microUsd what it costs, in millionths of a US dollar
     */
    public record Cost(int calls, long microUsd) {
        public static final Cost ONE_CALL = new Cost(1, 0);

        public Cost {
            if (calls < 0 || microUsd < 0) {
                throw new IllegalArgumentException("a cost cannot be below nothing");
            }
        }
    }

    /** What a tool does at a path. */
    public enum Access {
        READ,
        WRITE
    }

    public record PathArgument(String name, Access access) {}

    /**
     * An argument that may refer to a secret.
     *
     * @param destination the argument that holds the host, or the URL, that the secret goes to
     */
    public record Credential(String argument, String destination) {}

    /** Whether a call may be made again when it is not known whether it happened. */
    public boolean idempotent() {
        return idempotency != Idempotency.NONE;
    }

    /** A descriptor in the making, with the safe value for everything that is not said. */
    public static Draft named(String name, Effect effect, String summary) {
        return new Draft(name, effect, summary);
    }

    /** A descriptor in the making. */
    public static final class Draft {
        private final String name;
        private final Effect effect;
        private final String summary;
        private String capability;
        private String inputSchema = "{\"type\":\"object\"}";
        private boolean reversible;
        private Idempotency idempotency;
        private Cost cost = Cost.ONE_CALL;
        private Set<Label> reads = EnumSet.of(Label.TRUSTED, Label.UNTRUSTED);
        private ResultLabels writes;
        private List<PathArgument> pathArguments = List.of();
        private List<String> destinations = List.of();
        private List<String> sensitive = List.of();
        private Cache cache = Cache.NEVER;
        private List<Credential> credentials = List.of();

        private Draft(String name, Effect effect, String summary) {
            this.name = name;
            this.effect = effect;
            this.summary = summary;
            this.capability = name;
            this.reversible = !effect.isConsequential();
            this.idempotency = effect.isConsequential() ? Idempotency.NONE : Idempotency.REPEATABLE;
            this.writes = effect == Effect.COMPUTES ? ResultLabels.TRUSTED : ResultLabels.UNTRUSTED;
        }

        public Draft capability(String word) {
            capability = word;
            return this;
        }

        public Draft input(InputSchema schema) {
            inputSchema = schema.json();
            return this;
        }

        /** A schema that came from elsewhere, as JSON. */
        public Draft input(String json) {
            inputSchema = InputSchema.canonical(json);
            return this;
        }

        public Draft reversible() {
            reversible = true;
            return this;
        }

        public Draft idempotency(Idempotency kind) {
            idempotency = kind;
            return this;
        }

        public Draft cost(Cost each) {
            cost = each;
            return this;
        }

        public Draft reads(Label... labels) {
            reads = Set.of(labels);
            return this;
        }

        public Draft writes(ResultLabels labels) {
            writes = labels;
            return this;
        }

        public Draft paths(PathArgument... arguments) {
            pathArguments = List.of(arguments);
            return this;
        }

        public Draft destinations(String... names) {
            destinations = List.of(names);
            return this;
        }

        public Draft sensitive(String... names) {
            sensitive = List.of(names);
            return this;
        }

        public Draft cache(Cache who) {
            cache = who;
            return this;
        }

        public Draft credentials(Credential... arguments) {
            credentials = List.of(arguments);
            return this;
        }

        public ToolDescriptor build() {
            return new ToolDescriptor(
                    name,
                    capability,
                    summary,
                    inputSchema,
                    effect,
                    reversible,
                    idempotency,
                    cost,
                    reads,
                    writes,
                    pathArguments,
                    destinations,
                    sensitive,
                    cache,
                    credentials);
        }
    }
}
