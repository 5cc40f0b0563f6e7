package dev.agentos.domain.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ModelPolicy;
import dev.agentos.domain.contract.Placement;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.port.Journal.Trace;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouterTest {

    private static final Set<Ability> CHAT = Set.of(Ability.CHAT);
    private static final ModelCard EXTRACTIVE = card("local/extractive", Placement.ON_PREM, 200_000, Ability.CHAT);
    private static final ModelCard LLAMA =
            card("ollama/llama3.1:8b", Placement.ON_PREM, 8_000, Ability.CHAT, Ability.TOOLS);
    private static final ModelCard CLAUDE =
            card("anthropic/claude-sonnet-4-5", Placement.CLOUD, 200_000, Ability.CHAT, Ability.TOOLS, Ability.JSON);

    private static final Router ROUTER = new Router(
            Stream.of(EXTRACTIVE, LLAMA, CLAUDE).collect(Collectors.toMap(ModelCard::name, card -> card)),
            Map.of("local/llama-3.1-8B", "ollama/llama3.1:8b", "cloud/claude-sonnet", "anthropic/claude-sonnet-4-5"),
            List.of("local/extractive"));

    private static ModelCard card(String name, Placement where, int context, Ability... abilities) {
        return new ModelCard(name, where, context, Set.of(abilities), ModelCard.Price.FREE, "");
    }

    private static ModelCaller caller(Binding binding, ModelPolicy policy) {
        ModelCaller operator = ModelCaller.operator(new Trace("t"));
        return new ModelCaller(
                "agent-a-001",
                "agent-a-001.1",
                "a",
                Optional.of(policy),
                binding,
                operator.budget(),
                operator.latency(),
                operator.slo(),
                List.of(),
                path -> "c.yaml:" + path,
                operator.trace(),
                operator.askLimit(),
                false);
    }

    private static final ModelPolicy BOTH = new ModelPolicy(
            List.of("local/llama-3.1-8B", "cloud/claude-sonnet"), 32_000, List.of(Placement.ON_PREM, Placement.EDGE));

    private static List<String> names(Route route) {
        return assertInstanceOf(Route.Candidates.class, route).inOrder().stream()
                .map(candidate -> candidate.card().name()
                        + (candidate.isSubstitute() ? " for " + candidate.substituteFor() : "")
                        + " by " + candidate.contractLine())
                .toList();
    }

    private static String refusal(Route route) {
        Route.Refused refused = assertInstanceOf(Route.Refused.class, route);
        return refused.kind().code() + ": " + refused.reason() + " @ " + refused.contractLine();
    }

    @Test
    void aNameOfTheContractLeadsToTheModelBehindIt() {
        assertEquals(
                List.of("ollama/llama3.1:8b by c.yaml:modelPolicy.allow[0]"),
                names(ROUTER.route(caller(Binding.STRICT, BOTH), "local/llama-3.1-8B", CHAT, 100)));
    }

    @Test
    void noNameMeansTheFirstThatIsAllowedAndHere() {
        assertEquals(
                List.of("ollama/llama3.1:8b by c.yaml:modelPolicy.allow[0]"),
                names(ROUTER.route(caller(Binding.STRICT, BOTH), "", CHAT, 100)));
    }

    @Test
    void theModelsOwnNameAndTheBareNameAreUnderstood() {
        for (String asked : List.of("ollama/llama3.1:8b", "llama3.1:8b", "llama-3.1-8B")) {
            assertEquals(
                    List.of("ollama/llama3.1:8b by c.yaml:modelPolicy.allow[0]"),
                    names(ROUTER.route(caller(Binding.STRICT, BOTH), asked, CHAT, 100)),
                    asked);
        }
    }

    @Test
    void aStrictContractRefusesAnyOtherName() {
        assertEquals(
                "model_refused: the contract does not allow the model gpt-4o, only local/llama-3.1-8B,"
                        + " cloud/claude-sonnet @ c.yaml:modelPolicy.allow",
                refusal(ROUTER.route(caller(Binding.STRICT, BOTH), "gpt-4o", CHAT, 100)));
    }

    @Test
    void aFlexibleContractPutsWhatItAllowsInItsPlaceAndThenTheOperatorsList() {
        assertEquals(
                List.of(
                        "ollama/llama3.1:8b for gpt-4o by c.yaml:modelPolicy.allow[0]",
                        "local/extractive for gpt-4o by c.yaml:binding"),
                names(ROUTER.route(caller(Binding.FLEXIBLE, BOTH), "gpt-4o", CHAT, 100)));
    }

    @Test
    void placementKeepsAModelOutThatRunsElsewhere() {
        assertEquals(
                "model_refused: cloud/claude-sonnet runs at \"cloud\", which modelPolicy.placement excludes"
                        + " @ c.yaml:modelPolicy.allow",
                refusal(ROUTER.route(caller(Binding.STRICT, BOTH), "cloud/claude-sonnet", CHAT, 100)));
    }

    @Test
    void theContextIsAWall() {
        assertEquals(
                "model_context_overflow: the prompt has 32001 tokens, the contract allows 32000"
                        + " @ c.yaml:modelPolicy.max_context_tokens",
                refusal(ROUTER.route(caller(Binding.FLEXIBLE, BOTH), "", CHAT, 32_001)));
    }

    @Test
    void aPromptThatTheModelCannotTakeGoesToTheNextThatCanOnlyWhereFlexible() {
        ModelPolicy all = new ModelPolicy(BOTH.allow(), 32_000, List.of());
        assertEquals(
                "model_context_overflow: local/llama-3.1-8B takes 8000 tokens, and the prompt has 9000"
                        + " @ c.yaml:modelPolicy.allow",
                refusal(ROUTER.route(caller(Binding.STRICT, all), "local/llama-3.1-8B", CHAT, 9_000)));
        assertEquals(
                List.of(
                        "anthropic/claude-sonnet-4-5 for local/llama-3.1-8B by c.yaml:modelPolicy.allow[1]",
                        "local/extractive for local/llama-3.1-8B by c.yaml:binding"),
                names(ROUTER.route(caller(Binding.FLEXIBLE, all), "local/llama-3.1-8B", CHAT, 9_000)));
    }

    @Test
    void aModelThatCannotDoItIsNoCandidate() {
        assertEquals(
                "model_capability: local/extractive cannot do this: tools @ c.yaml:modelPolicy.allow",
                refusal(ROUTER.route(
                        caller(Binding.STRICT, ModelPolicy.DEFAULT), "", Set.of(Ability.CHAT, Ability.TOOLS), 10)));
    }

    @Test
    void anEmptyAllowListIsNoModelAtAll() {
        ModelPolicy none = new ModelPolicy(List.of(), 1_000, List.of());
        assertEquals(
                "model_refused: the contract allows no model @ c.yaml:modelPolicy.allow",
                refusal(ROUTER.route(caller(Binding.FLEXIBLE, none), "", CHAT, 1)));
    }

    @Test
    void theOperatorCallsEveryModel() {
        ModelCaller operator = ModelCaller.operator(new Trace("t"));
        assertEquals(
                List.of("anthropic/claude-sonnet-4-5 by "),
                names(ROUTER.route(operator, "claude-sonnet-4-5", CHAT, 1_000_000)));
        assertEquals("model_not_found: there is no model x @ ", refusal(ROUTER.route(operator, "x", CHAT, 1)));
    }

    @Test
    void aCallCostsWhatItsTokensCost() {
        ModelCard.Price price = new ModelCard.Price(new BigDecimal("3"), new BigDecimal("15"));
        assertEquals(0, new BigDecimal("0.0105").compareTo(price.of(ModelUsage.counted(1_000, 500))));
    }
}
