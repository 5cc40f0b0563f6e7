package dev.agentos.agentd.http;

import dev.agentos.agentd.SandboxWatch;
import dev.agentos.agentd.ServiceStatus;
import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentInspection;
import dev.agentos.agentd.agents.AgentService;
import dev.agentos.agentd.agents.ProcessAgents;
import dev.agentos.agentd.agents.Replays;
import dev.agentos.agentd.agents.TaskCalls;
import dev.agentos.agentd.catalog.Catalog;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.language.LanguageService;
import dev.agentos.agentd.machine.GpuProbe;
import dev.agentos.agentd.mail.MailSettings;
import dev.agentos.agentd.models.ModelService;
import dev.agentos.agentd.secrets.Secrets;
import dev.agentos.agentd.telemetry.EventHub;
import dev.agentos.agentd.telemetry.HistoryStore;
import dev.agentos.agentd.telemetry.Metrics;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.agentd.tools.ToolRegistry;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.port.Sandbox;
import java.util.ArrayList;
import java.util.List;

/** The whole list of routes: the one source of the dispatcher, the OpenAPI document and its checks. */
public final class Api {

    private final List<Route> routes;

    public Api(
            ServiceStatus status,
            AgentBook book,
            AgentService agents,
            AgentInspection inspection,
            Replays replays,
            ConsentService consent,
            ToolGateway tools,
            TaskCalls tasks,
            ProcessAgents processes,
            SandboxWatch sandbox,
            SqliteJournal journal,
            EventHub events,
            HistoryStore history,
            Metrics metrics,
            Secrets secrets,
            MailSettings mail,
            Catalog catalog,
            LanguageService language,
            ToolRegistry registry,
            ModelService models,
            GpuProbe gpus,
            Sandbox box,
            Runnable shutdown) {
        List<Route> all = new ArrayList<>();
        all.addAll(new ServiceRoutes(status, book, agents, consent, tools, journal, events, history, metrics, shutdown)
                .routes());
        all.addAll(new AgentRoutes(book, agents, inspection, replays, consent, processes, sandbox).routes());
        all.addAll(new SecretRoutes(secrets, book, journal).routes());
        all.addAll(new MailRoutes(mail, secrets).routes());
        all.addAll(new CatalogRoutes(catalog).routes());
        all.addAll(new ToolRoutes(registry).routes());
        all.addAll(new TaskRoutes(tasks).routes());
        all.addAll(new LanguageRoutes(language).routes());
        all.addAll(new ModelRoutes(models).routes());
        all.addAll(new GpuRoutes(gpus, book, models, box).routes());
        all.add(AgentRoutes.post(
                "/v1/doctor", "doctor", "Probe the host again", List.of(), Void.class, ServiceWire.Status.class, _ -> {
                    sandbox.examine();
                    return status.read();
                }));
        all.add(AgentRoutes.get(
                "/v1/doctor",
                "listFindings",
                "What this host can and cannot enforce, by the last probe, and what repairs it",
                List.of(),
                ServiceWire.Findings.class,
                _ -> Views.findings(sandbox.findings())));
        all.add(new Route(
                "GET",
                "/openapi.json",
                "readOpenApi",
                "This document",
                List.of(),
                Void.class,
                Void.class,
                Route.JSON,
                (Route.Action.Answer) _ -> document(all)));
        this.routes = List.copyOf(all);
    }

    List<Route> list() {
        return routes;
    }

    /** For the server, which is in this package. */
    public Routes routes() {
        return new Routes(routes);
    }

    /** The OpenAPI document of these routes. */
    public String document() {
        return document(routes);
    }

    private static String document(List<Route> routes) {
        return OpenApi.document(routes, ServiceStatus.VERSION);
    }

    /** An opaque list of routes. */
    public static final class Routes {
        private final List<Route> list;

        private Routes(List<Route> list) {
            this.list = list;
        }

        List<Route> list() {
            return list;
        }
    }
}
