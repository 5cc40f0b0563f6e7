package dev.agentos.agentd.models;

import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelProvider.Embeddings;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.model.Models;
import dev.agentos.domain.model.Route;
import dev.agentos.domain.model.Route.Candidate;
import dev.agentos.domain.model.Router;
import dev.agentos.domain.model.TokenCount;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.TimeSource;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Routes calls, holds them to budgets, lets them wait for their turn, records them, and tries others where one fails. */
public final class ModelGateway implements Models {

    /** The most that an answer is taken to have where nobody says. */
    private static final int USUAL_ANSWER = 1_024;

    private final ModelRegistry registry;
    private final BudgetBook budgets;
    private final Dispatch dispatch;
    private final ModelObserver observer;
    private final Journal journal;
    private final TimeSource time;
    private final Supplier<List<String>> operatorModels;

    /** @param operatorModels models that flexible agents may fall back to */
    public ModelGateway(
            ModelRegistry registry,
            BudgetBook budgets,
            Dispatch dispatch,
            ModelObserver observer,
            Journal journal,
            TimeSource time,
            Supplier<List<String>> operatorModels) {
        this.registry = registry;
        this.budgets = budgets;
        this.dispatch = dispatch;
        this.observer = observer;
        this.journal = journal;
        this.time = time;
        this.operatorModels = operatorModels;
    }

    @Override
    public List<ModelCard> list(ModelCaller caller) {
        Router router = registry.router(operatorModels.get());
        if (caller.policy().isEmpty()) {
            return List.copyOf(router.cards().values());
        }
        List<ModelCard> cards = new ArrayList<>();
        for (String name : caller.policy().get().allow()) {
            router.card(name)
                    .map(card -> new ModelCard(
                            name,
                            card.placement(),
                            card.contextTokens(),
                            card.abilities(),
                            card.price(),
                            card.digest()))
                    .ifPresent(cards::add);
        }
        return cards;
    }

    // ------------------------------------------------------------------ answers

    @Override
    public ModelReply call(ModelCaller caller, ModelRequest request, ChunkSink sink)
            throws ModelException, InterruptedException {
        List<Candidate> candidates = route(caller, request.model(), request.needs(), TokenCount.of(request));
        ModelCall call = new ModelCall(Tracing.newCorrelation(), sink, time.nanos());
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            if (candidate.isSubstitute()) {
                substituted(caller, call, request.model(), candidate, candidate.reason());
            }
            try {
                return attempt(caller, request, candidate.card(), candidate.contractLine(), call);
            } catch (ModelException e) {
                boolean other = e.kind().elsewhere() && !call.gaveAnything() && i + 1 < candidates.size();
                if (!other) {
                    throw e;
                }
                Candidate next = candidates.get(i + 1);
                if (!next.isSubstitute()) {
                    substituted(
                            caller,
                            call,
                            candidate.card().name(),
                            next,
                            e.kind().code() + ": " + e.words());
                }
            }
        }
        throw new IllegalStateException("a route leads somewhere");
    }

    private List<Candidate> route(ModelCaller caller, String asked, Set<Ability> needs, long promptTokens)
            throws ModelException {
        return switch (registry.router(operatorModels.get()).route(caller, asked, needs, promptTokens)) {
            case Route.Candidates found -> found.inOrder();
            case Route.Refused refused -> throw refused(caller, asked, refused.exception(), refused.contractLine());
        };
    }

    private ModelException refused(ModelCaller caller, String asked, ModelException why, String line) {
        var _ = journal.submit(Batch.of(
                caller.trace(),
                new Event.ModelRefused(
                        caller.agent(), caller.run(), shown(asked), why.kind().code(), why.words(), line)));
        return why;
    }

    private void substituted(ModelCaller caller, ModelCall call, String wanted, Candidate given, String reason) {
        var _ = journal.submit(Batch.of(
                caller.trace(),
                new Event.ModelSubstituted(
                        caller.agent(),
                        caller.run(),
                        call.id(),
                        shown(wanted),
                        given.card().name(),
                        reason,
                        given.contractLine())));
    }

    /** A name that a program gave is as long as it likes. */
    private static String shown(String name) {
        return name.length() <= 200 ? name : name.substring(0, 200);
    }

    private ModelReply attempt(ModelCaller caller, ModelRequest request, ModelCard card, String line, ModelCall call)
            throws ModelException, InterruptedException {
        ModelProvider provider = provider(card);
        ModelRequest fitted = fitted(caller, request, card, provider, call);
        BudgetBook.Admitted admitted = admit(caller, request.model(), call.most());
        boolean counted = false;
        try {
            call.begins(decided(caller, request, card, line, call), time.nanos());
            if (card.placement() != dev.agentos.domain.contract.Placement.ON_PREM) {
                // What leaves this machine is on record before it does.
                call.awaitRecord();
            }
            ModelReply reply;
            try {
                reply = dispatch.run(provider, caller, fitted, call.sink(time), call.waiting());
                call.awaitRecord();
            } catch (ModelException e) {
                counted = true;
                failed(caller, card, call, admitted, e);
                throw e;
            } catch (InterruptedException e) {
                counted = true;
                failed(
                        caller,
                        card,
                        call,
                        admitted,
                        new ModelException(Kind.GONE, "the program did not wait for the answer", "nothing to do", e));
                throw e;
            }
            counted = true;
            return done(caller, card, call, admitted, reply);
        } finally {
            if (!counted) {
                budgets.dropped(admitted);
            }
        }
    }

    private ModelProvider provider(ModelCard card) throws ModelException {
        return registry.provider(card.provider())
                .orElseThrow(() -> new ModelException(
                        Kind.UNAVAILABLE,
                        "the provider " + card.provider() + " was taken away",
                        "see agentctl model list"));
    }

    private BudgetBook.Admitted admit(ModelCaller caller, String asked, long most)
            throws ModelException, InterruptedException {
        try {
            return budgets.admit(caller, most);
        } catch (ModelException e) {
            throw refused(caller, asked, e, caller.line().apply("budget"));
        }
    }

    /** The request for this model: its own name, and an answer that fits the walls. */
    private static ModelRequest fitted(
            ModelCaller caller, ModelRequest request, ModelCard card, ModelProvider provider, ModelCall call)
            throws ModelException {
        ModelRequest there = request.withModel(card.nameThere());
        long prompt = provider.count(there);
        long wall =
                caller.policy().map(policy -> (long) policy.maxContextTokens()).orElse(Long.MAX_VALUE);
        if (prompt > wall) {
            throw new ModelException(
                    Kind.OVERFLOW,
                    "the prompt has " + prompt + " tokens, the contract allows " + wall + " ("
                            + caller.line().apply("modelPolicy.max_context_tokens") + ")",
                    "send a shorter prompt, or raise modelPolicy.max_context_tokens");
        }
        if (card.contextTokens() > 0 && prompt >= card.contextTokens()) {
            throw new ModelException(
                    Kind.OVERFLOW,
                    card.name() + " takes " + card.contextTokens() + " tokens, and the prompt has " + prompt,
                    "send a shorter prompt, or ask a model with a longer context");
        }
        long room = Math.min(wall, card.contextTokens() > 0 ? card.contextTokens() : Long.MAX_VALUE) - prompt;
        long wanted = request.sampling().maxTokens().orElse(USUAL_ANSWER);
        long most = Math.max(1, Math.min(wanted, room));
        call.sized(prompt, prompt + most);
        return request.sampling().maxTokens().isPresent() && most < wanted
                ? there.withSampling(request.sampling().withMaxTokens((int) most))
                : there;
    }

    private java.util.concurrent.CompletableFuture<?> decided(
            ModelCaller caller, ModelRequest request, ModelCard card, String line, ModelCall call) {
        return journal.submit(Batch.of(
                caller.trace(),
                new Event.ModelCalled(
                        caller.agent(),
                        caller.run(),
                        call.id(),
                        shown(request.model()),
                        card.name(),
                        caller.latency().word(),
                        Digests.sha256Hex(request.messages().toString()),
                        call.promptTokens(),
                        line)));
    }

    private ModelReply done(
            ModelCaller caller, ModelCard card, ModelCall call, BudgetBook.Admitted admitted, ModelReply given) {
        registry.well(card.provider());
        ModelUsage usage = given.usage().total() > 0
                ? given.usage()
                : new ModelUsage(call.promptTokens(), TokenCount.of(given.text()), 0, true);
        ModelReply reply = given.withModel(card.name()).withUsage(usage);
        BigDecimal cost = card.price().of(usage);
        write(caller, call, card, admitted, "done", "", usage, cost);
        observer.answered(caller, card, call, usage, time.nanos());
        return reply;
    }

    private void failed(
            ModelCaller caller, ModelCard card, ModelCall call, BudgetBook.Admitted admitted, ModelException e) {
        switch (e.kind()) {
            case UNAVAILABLE, TIMEOUT, KEY, MALFORMED, CUT -> registry.ill(card.provider(), e.words());
            case BAD_REQUEST, REFUSED, NOT_FOUND, CAPABILITY, OVERFLOW, BUDGET, RATE_LIMITED, GONE -> {}
        }
        // What was read and said before it failed is used all the same.
        ModelUsage usage = call.saidTokens() > 0
                ? new ModelUsage(call.promptTokens(), call.saidTokens(), 0, true)
                : ModelUsage.NONE;
        write(
                caller,
                call,
                card,
                admitted,
                e.kind().code(),
                e.words(),
                usage,
                card.price().of(usage));
    }

    private void write(
            ModelCaller caller,
            ModelCall call,
            ModelCard card,
            BudgetBook.Admitted admitted,
            String outcome,
            String reason,
            ModelUsage usage,
            BigDecimal cost) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("prompt_tokens", usage.prompt());
        figures.put("completion_tokens", usage.completion());
        figures.put("cached_tokens", usage.cached());
        figures.put("estimated", usage.estimated());
        figures.put("cost_usd", cost.stripTrailingZeros().toPlainString());
        figures.put("onset_ms", call.onsetNanos() / 1_000_000);
        figures.put("turn_ms", call.turnNanos(time.nanos()) / 1_000_000);
        figures.put("queued_ms", call.waiting().queuedNanos() / 1_000_000);
        figures.put("yields", (long) call.waiting().yields());
        var changes = budgets.ended(caller, admitted, usage, cost);
        var _ = journal.submit(new Batch(
                caller.trace(),
                List.of(new Event.ModelAnswered(
                        caller.agent(), caller.run(), call.id(), card.name(), outcome, reason, figures)),
                changes));
    }

    // ------------------------------------------------------------------ vectors

    @Override
    public Embeddings embed(ModelCaller caller, String model, List<String> texts)
            throws ModelException, InterruptedException {
        long tokens = texts.stream().mapToLong(TokenCount::of).sum();
        long longest = texts.stream().mapToLong(TokenCount::of).max().orElse(0);
        Candidate candidate =
                route(caller, model, Set.of(Ability.EMBED), longest).getFirst();
        ModelCard card = candidate.card();
        ModelCall call = new ModelCall(Tracing.newCorrelation(), ChunkSink.NOWHERE, time.nanos());
        call.sized(tokens, tokens);
        if (candidate.isSubstitute()) {
            substituted(caller, call, model, candidate, candidate.reason());
        }
        ModelProvider provider = provider(card);
        BudgetBook.Admitted admitted = admit(caller, model, tokens);
        ModelRequest record = ModelRequest.chat(model, List.of());
        call.begins(decided(caller, record, card, candidate.contractLine(), call), time.nanos());
        try {
            Embeddings vectors = provider.embed(card.nameThere(), texts);
            ModelUsage usage = ModelUsage.counted(vectors.tokens() > 0 ? vectors.tokens() : tokens, 0);
            write(caller, call, card, admitted, "done", "", usage, card.price().of(usage));
            return new Embeddings(card.name(), vectors.vectors(), usage.prompt());
        } catch (ModelException e) {
            failed(caller, card, call, admitted, e);
            throw e;
        } catch (InterruptedException e) {
            budgets.dropped(admitted);
            throw e;
        }
    }

    /** What this caller's run has used. */
    public Optional<dev.agentos.domain.budget.BudgetMeter.Used> used(ModelCaller caller) {
        return caller.isOperator() ? Optional.empty() : Optional.of(budgets.usedBy(caller.run()));
    }
}
