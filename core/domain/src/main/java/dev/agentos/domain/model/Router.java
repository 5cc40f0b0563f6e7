package dev.agentos.domain.model;

import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ModelPolicy;
import dev.agentos.domain.contract.Placement;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.Route.Candidate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which models may answer a call. Pure: the same caller, names and cards give the same route.
 *
 * @param cards every model that can be called now, by {@code provider/model}
 * @param aliases names that stand for a model, for example {@code cloud/claude-sonnet} for
 *     {@code anthropic/claude-sonnet-4-5}
 * @param operatorModels models that the operator lets flexible agents fall back to, in order of preference
 */
public record Router(Map<String, ModelCard> cards, Map<String, String> aliases, List<String> operatorModels) {

    private static final String ALLOW = "modelPolicy.allow";
    private static final String WALL = "modelPolicy.max_context_tokens";

    public Router {
        cards = Map.copyOf(cards);
        aliases = Map.copyOf(aliases);
        operatorModels = List.copyOf(operatorModels);
    }

    /** The model behind a name or an alias; empty where there is none now. */
    public Optional<ModelCard> card(String name) {
        ModelCard direct = cards.get(name);
        return direct != null
                ? Optional.of(direct)
                : Optional.ofNullable(aliases.get(name)).map(cards::get);
    }

    /** Everything a contract can bind to now: models and aliases of models that are here. */
    public Set<String> names() {
        Set<String> names = new java.util.TreeSet<>(cards.keySet());
        aliases.forEach((alias, target) -> {
            if (cards.containsKey(target)) {
                names.add(alias);
            }
        });
        return names;
    }

    /**
     * The route of a call.
     *
     * @param asked the name that was asked for; empty for the first that is allowed
     * @param needs what the model must be able to do
     * @param promptTokens the length of the prompt
     */
    public Route route(ModelCaller caller, String asked, Set<Ability> needs, long promptTokens) {
        if (caller.policy().isEmpty()) {
            return operatorRoute(asked, needs);
        }
        ModelPolicy policy = caller.policy().get();
        if (policy.allow().isEmpty()) {
            return refused(caller, Kind.REFUSED, "the contract allows no model", ALLOW, "add one to modelPolicy.allow");
        }
        if (promptTokens > policy.maxContextTokens()) {
            return refused(
                    caller,
                    Kind.OVERFLOW,
                    "the prompt has " + promptTokens + " tokens, the contract allows " + policy.maxContextTokens(),
                    WALL,
                    "send a shorter prompt, or raise modelPolicy.max_context_tokens");
        }
        return new Choice(caller, policy, asked, needs, promptTokens).decide();
    }

    private Route operatorRoute(String asked, Set<Ability> needs) {
        Optional<ModelCard> card = card(asked).or(() -> byTail(asked));
        if (card.isEmpty()) {
            return new Route.Refused(Kind.NOT_FOUND, "there is no model " + asked, "", "see agentctl model list");
        }
        return lacks(card.get(), needs)
                .<Route>map(why -> new Route.Refused(
                        Kind.CAPABILITY,
                        card.get().name() + " " + why,
                        "",
                        "ask another model, see agentctl model list"))
                .orElseGet(() -> new Route.Candidates(List.of(new Candidate(card.get(), "", "", ""))));
    }

    /** A name without its provider, where only one model has it. */
    private Optional<ModelCard> byTail(String asked) {
        List<ModelCard> all = cards.values().stream()
                .filter(card -> card.nameThere().equals(asked))
                .toList();
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    private static Optional<String> lacks(ModelCard card, Set<Ability> needs) {
        String missing = needs.stream()
                .filter(need -> !card.abilities().contains(need))
                .map(Ability::word)
                .sorted()
                .collect(Collectors.joining(", "));
        return missing.isEmpty() ? Optional.empty() : Optional.of("cannot do this: " + missing);
    }

    private static Route.Refused refused(ModelCaller caller, Kind kind, String why, String path, String next) {
        return new Route.Refused(kind, why, caller.line().apply(path), next);
    }

    /** One decision under a contract. */
    private final class Choice {
        private final ModelCaller caller;
        private final ModelPolicy policy;
        private final String asked;
        private final Set<Ability> needs;
        private final long promptTokens;
        private final Map<String, Candidate> found = new LinkedHashMap<>();
        private final List<String> troubles = new ArrayList<>();
        private Kind kind = Kind.NOT_FOUND;

        Choice(ModelCaller caller, ModelPolicy policy, String asked, Set<Ability> needs, long promptTokens) {
            this.caller = caller;
            this.policy = policy;
            this.asked = asked;
            this.needs = needs;
            this.promptTokens = promptTokens;
        }

        Route decide() {
            boolean flexible = caller.binding() == Binding.FLEXIBLE;
            Optional<String> wanted =
                    asked.isEmpty() ? Optional.of(policy.allow().getFirst()) : allowedName();
            if (wanted.isEmpty() && !flexible) {
                return refused(
                        caller,
                        Kind.REFUSED,
                        "the contract does not allow the model " + asked + ", only "
                                + String.join(", ", policy.allow()),
                        ALLOW,
                        "ask one of those, add it, or set binding: flexible");
            }
            wanted.ifPresent(name -> consider(name, "", "", lineOf(name)));
            if (flexible || asked.isEmpty()) {
                String first = wanted.orElse(asked);
                String why =
                        wanted.isPresent() ? "the next one that the contract allows" : "the contract allows this one";
                policy.allow().stream()
                        .filter(name -> wanted.map(w -> !w.equals(name)).orElse(true))
                        // Without a name asked for, a strict contract still says in which order it wants them.
                        .filter(_ -> flexible || found.isEmpty())
                        .forEach(name -> consider(name, asked.isEmpty() && !flexible ? "" : first, why, lineOf(name)));
            }
            if (flexible) {
                operatorModels.forEach(name -> consider(
                        name,
                        wanted.orElse(asked),
                        "the operator's list names it",
                        caller.line().apply("binding")));
            }
            if (!found.isEmpty()) {
                return new Route.Candidates(List.copyOf(found.values()));
            }
            return refused(
                    caller,
                    kind,
                    String.join("; ", troubles),
                    ALLOW,
                    flexible
                            ? "install a model, or add a substitute: agentctl model substitute add NAME"
                            : "install it, ask for less, or set binding: flexible and list others");
        }

        /** The entry of the contract that the asked name means. */
        private Optional<String> allowedName() {
            Optional<ModelCard> meant = card(asked);
            for (String name : policy.allow()) {
                boolean same = name.equals(asked)
                        || name.substring(name.indexOf('/') + 1).equals(asked)
                        || (meant.isPresent() && meant.equals(card(name)))
                        || card(name)
                                .map(card -> card.nameThere().equals(asked))
                                .orElse(false);
                if (same) {
                    return Optional.of(name);
                }
            }
            return Optional.empty();
        }

        private String lineOf(String name) {
            return caller.line().apply(ALLOW + "[" + policy.allow().indexOf(name) + "]");
        }

        private void consider(String name, String substituteFor, String reason, String line) {
            Optional<ModelCard> card = card(name);
            if (card.isEmpty()) {
                troubles.add(name + " is not here");
                return;
            }
            Optional<String> trouble = trouble(card.get());
            if (trouble.isPresent()) {
                troubles.add(name + " " + trouble.get());
                return;
            }
            found.putIfAbsent(card.get().name(), new Candidate(card.get(), substituteFor, reason, line));
        }

        private Optional<String> trouble(ModelCard card) {
            List<Placement> places = policy.placement();
            if (!places.isEmpty() && !places.contains(card.placement())) {
                kind = Kind.REFUSED;
                return Optional.of("runs at \"" + card.placement().word() + "\", which modelPolicy.placement excludes");
            }
            Optional<String> lacks = lacks(card, needs);
            if (lacks.isPresent()) {
                kind = Kind.CAPABILITY;
                return lacks;
            }
            if (card.contextTokens() > 0 && promptTokens > card.contextTokens()) {
                kind = Kind.OVERFLOW;
                return Optional.of("takes " + card.contextTokens() + " tokens, and the prompt has " + promptTokens);
            }
            return Optional.empty();
        }
    }
}
