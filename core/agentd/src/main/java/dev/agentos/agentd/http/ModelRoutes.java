package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.models.ModelService;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.model.ModelException;
import java.time.Duration;
import java.util.List;

/** Operations on models. The models themselves are called at the model doors, not here. */
final class ModelRoutes {

    private final ModelService models;

    ModelRoutes(ModelService models) {
        this.models = models;
    }

    List<Route> routes() {
        return List.of(
                get(
                        "/v1/models",
                        "listModels",
                        "Models and providers, how they are and how fast they were",
                        List.of("refresh"),
                        ModelWire.Models.class,
                        call -> {
                            if (call.text("refresh").isPresent()) {
                                models.registry().refresh();
                            }
                            return models.view();
                        }),
                get(
                        "/v1/models/latency",
                        "readModelLatency",
                        "How soon agents were answered, against their objectives",
                        List.of(),
                        ModelWire.Latencies.class,
                        _ -> models.latencyView()),
                post(
                        "/v1/models/providers",
                        "addModelProvider",
                        "Add a provider of models, or replace one",
                        List.of(),
                        ModelWire.AddProvider.class,
                        ModelWire.Models.class,
                        call -> {
                            models.settings().add(call.trace(), call.body(ModelWire.AddProvider.class), call.by());
                            return models.view();
                        }),
                post(
                        "/v1/models/gguf",
                        "addModelWeights",
                        "Add a file of weights, or approve changed ones",
                        List.of(),
                        ModelWire.AddGguf.class,
                        ModelWire.Models.class,
                        call -> {
                            models.settings().add(call.trace(), call.body(ModelWire.AddGguf.class), call.by());
                            return models.view();
                        }),
                post(
                        "/v1/models/providers/{id}/remove",
                        "removeModelProvider",
                        "Take a provider away",
                        List.of(),
                        Void.class,
                        ServiceWire.Done.class,
                        call -> {
                            models.settings().remove(call.trace(), call.id(), call.by());
                            return new ServiceWire.Done(true);
                        }),
                post(
                        "/v1/models/aliases",
                        "setModelAlias",
                        "Let a name stand for a model",
                        List.of(),
                        ModelWire.Alias.class,
                        ServiceWire.Done.class,
                        call -> {
                            models.settings().alias(call.trace(), call.body(ModelWire.Alias.class), call.by());
                            return new ServiceWire.Done(true);
                        }),
                post(
                        "/v1/models/budgets",
                        "setModelBudget",
                        "Limit what agents use of models, and what happens at a limit",
                        List.of(),
                        ModelWire.Budget.class,
                        ServiceWire.Done.class,
                        call -> {
                            models.settings().budget(call.trace(), call.body(ModelWire.Budget.class), call.by());
                            return new ServiceWire.Done(true);
                        }),
                post(
                        "/v1/models/probe",
                        "probeModel",
                        "Ask a model a short question and measure it",
                        List.of(),
                        ModelWire.Named.class,
                        ModelWire.Probe.class,
                        this::probe),
                get(
                        "/v1/models/pull-plan",
                        "planModelPull",
                        "What fetching a model would take; nothing is fetched",
                        List.of("name"),
                        ModelWire.PullPlan.class,
                        call -> models.pulls().plan(call.text("name").orElse(""))),
                get(
                        "/v1/models/pulls",
                        "listModelPulls",
                        "Models that are being fetched, and the last that were",
                        List.of(),
                        ModelWire.Pulls.class,
                        _ -> models.pulls().list()),
                post(
                        "/v1/models/pulls",
                        "pullModel",
                        "Have a provider fetch a model; it goes on by itself",
                        List.of(),
                        ModelWire.Named.class,
                        ModelWire.Pull.class,
                        call -> models.pulls()
                                .start(
                                        call.trace(),
                                        call.body(ModelWire.Named.class).name(),
                                        call.by())),
                get(
                        "/v1/models/pulls/{id}",
                        "readModelPull",
                        "How far a model is, once that is not what was seen",
                        List.of("seen", "wait_ms"),
                        ModelWire.Pull.class,
                        call -> models.pulls()
                                .view(
                                        call.id(),
                                        call.number("seen", 0),
                                        Duration.ofMillis(Math.min(call.number("wait_ms", 0), 30_000)))),
                post(
                        "/v1/models/pulls/{id}/cancel",
                        "cancelModelPull",
                        "Stop fetching a model",
                        List.of(),
                        Void.class,
                        ModelWire.Pull.class,
                        call -> models.pulls().cancel(call.id())));
    }

    private ModelWire.Probe probe(Call call) throws InterruptedException {
        String name = call.body(ModelWire.Named.class).name();
        try {
            return models.probe(call.trace(), name);
        } catch (ModelException e) {
            ServiceException.Kind kind = switch (e.kind()) {
                case NOT_FOUND -> ServiceException.Kind.NOT_FOUND;
                case BAD_REQUEST, CAPABILITY, OVERFLOW -> ServiceException.Kind.BAD_REQUEST;
                case REFUSED, BUDGET -> ServiceException.Kind.REFUSED;
                default -> ServiceException.Kind.UNAVAILABLE;
            };
            throw new ServiceException(kind, e.kind().code(), e.words(), name, e.next());
        }
    }
}
