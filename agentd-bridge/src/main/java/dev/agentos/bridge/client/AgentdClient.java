package dev.agentos.bridge.client;

import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.CatalogWire;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ContractWire;
import dev.agentos.bridge.wire.EgressWire;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.GpuWire;
import dev.agentos.bridge.wire.LanguageWire;
import dev.agentos.bridge.wire.MailWire;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.SecretWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.bridge.wire.TaskWire;
import dev.agentos.bridge.wire.ToolWire;
import dev.agentos.bridge.wire.WireJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;

/**
 * Every operation of agentd as a method. Each throws {@link AgentdException} for an error that agentd answered and
 * {@link UnreachableException} where no answer came.
 */
public final class AgentdClient implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Transport transport;

    public AgentdClient(Transport transport) {
        this.transport = transport;
    }

    /** A client on a socket. Nothing is connected before the first request. */
    public static AgentdClient on(Path socket) {
        return new AgentdClient(new SocketTransport(socket));
    }

    // ------------------------------------------------------------------ the service

    public ServiceWire.Status status() {
        return get("/v1/status", ServiceWire.Status.class);
    }

    /** Probes the host again and answers with the status. */
    public ServiceWire.Status doctor() {
        return post("/v1/doctor", "", ServiceWire.Status.class);
    }

    /** What this host can and cannot enforce, by the last probe. */
    public ServiceWire.Findings findings() {
        return get("/v1/doctor", ServiceWire.Findings.class);
    }

    /** What an agent may reach outside and what it did there. */
    public EgressWire.EgressReport egress(String id) {
        return get("/v1/agents/" + segment(id) + "/egress", EgressWire.EgressReport.class);
    }

    public void shutdown() {
        post("/v1/shutdown", "", ServiceWire.Done.class);
    }

    public ServiceWire.Tools tools() {
        return get("/v1/tools", ServiceWire.Tools.class);
    }

    public ServiceWire.Substitutes substitutes() {
        return get("/v1/substitutes", ServiceWire.Substitutes.class);
    }

    /** Replaces the list of models that flexible contracts may fall back to. */
    public ServiceWire.Substitutes setSubstitutes(List<String> models) {
        return post("/v1/substitutes", new ServiceWire.Substitutes(models), ServiceWire.Substitutes.class);
    }

    // ------------------------------------------------------------------ models

    /** Models and providers, as they were when they were last asked; {@code refresh} asks them again. */
    public ModelWire.Models models(boolean refresh) {
        return get("/v1/models" + (refresh ? "?refresh=1" : ""), ModelWire.Models.class);
    }

    /** Graphics processors and who uses their memory. */
    public GpuWire.GpuReport gpu() {
        return get("/v1/gpu", GpuWire.GpuReport.class);
    }

    public ModelWire.Latencies modelLatency() {
        return get("/v1/models/latency", ModelWire.Latencies.class);
    }

    public ModelWire.Models addModelProvider(ModelWire.AddProvider provider) {
        return post("/v1/models/providers", provider, ModelWire.Models.class);
    }

    /** Adds weights, or approves changed ones. */
    public ModelWire.Models addModelWeights(ModelWire.AddGguf weights) {
        return post("/v1/models/gguf", weights, ModelWire.Models.class);
    }

    public void removeModelProvider(String name) {
        post("/v1/models/providers/" + segment(name) + "/remove", "", ServiceWire.Done.class);
    }

    public void setModelAlias(ModelWire.Alias alias) {
        post("/v1/models/aliases", alias, ServiceWire.Done.class);
    }

    public void setModelBudget(ModelWire.Budget budget) {
        post("/v1/models/budgets", budget, ServiceWire.Done.class);
    }

    /** What fetching a model would take: {@code PROVIDER/MODEL}, or a model where there is one Ollama. */
    public ModelWire.PullPlan planModelPull(String name) {
        return get("/v1/models/pull-plan" + query("name", name), ModelWire.PullPlan.class);
    }

    /** Has a provider fetch a model. It goes on by itself; the same again finds what goes on. */
    public ModelWire.Pull pullModel(String name) {
        return post("/v1/models/pulls", new ModelWire.Named(name), ModelWire.Pull.class);
    }

    public ModelWire.Pulls modelPulls() {
        return get("/v1/models/pulls", ModelWire.Pulls.class);
    }

    /** How far a model is, once its revision is another than {@code seen}, or as it is after the wait, at most 30 s. */
    public ModelWire.Pull modelPull(String id, long seen, Duration wait) {
        return get(
                "/v1/models/pulls/" + segment(id) + query("seen", seen, "wait_ms", wait.toMillis()),
                ModelWire.Pull.class);
    }

    /** Stops fetching a model; it has stopped when this returns. */
    public ModelWire.Pull cancelModelPull(String id) {
        return post("/v1/models/pulls/" + segment(id) + "/cancel", "", ModelWire.Pull.class);
    }

    /** Asks a model a short question and measures it. */
    public ModelWire.Probe probeModel(String model) {
        return post("/v1/models/probe", new ModelWire.Named(model), ModelWire.Probe.class);
    }

    /** Prometheus metrics. */
    public String metrics() {
        return text("/metrics");
    }

    public String openApi() {
        return text("/openapi.json");
    }

    // ------------------------------------------------------------------ contracts

    public ContractWire.Report validate(ContractWire.ContractText contract) {
        return post("/v1/contracts/validate", contract, ContractWire.Report.class);
    }

    public ContractWire.Admission admit(ContractWire.ContractText contract) {
        return post("/v1/contracts/admit", contract, ContractWire.Admission.class);
    }

    public String contractSchema() {
        return text("/v1/contracts/schema");
    }

    // ------------------------------------------------------------------ agents

    /** What to wait for in {@link #spawn} and {@link #awaitAgent}. */
    public enum Until {
        STARTED("started"),
        ENDED("ended");

        private final String word;

        Until(String word) {
            this.word = word;
        }
    }

    /** Admits and starts; answers once the record is durable. */
    public AgentView spawn(AgentWire.Spawn request) {
        return post("/v1/agents", request, AgentView.class);
    }

    /** As {@link #spawn(AgentWire.Spawn)}, then waits at most {@code limit}. */
    public AgentView spawn(AgentWire.Spawn request, Until until, Duration limit) {
        String path = "/v1/agents" + query("wait", until.word, "timeout_ms", limit.toMillis());
        return read(
                transport.send(new Transport.Request("POST", path, WireJson.write(request), LIMIT.plus(limit))),
                AgentView.class);
    }

    public AgentWire.Agents agents() {
        return get("/v1/agents", AgentWire.Agents.class);
    }

    /** Agents in one state; {@code live} is every state that is not final. */
    public AgentWire.Agents agents(String state) {
        return get("/v1/agents" + query("state", state), AgentWire.Agents.class);
    }

    public AgentView agent(String id) {
        return get("/v1/agents/" + segment(id), AgentView.class);
    }

    /** Waits at most {@code limit}, 10 minutes at most; the answer says how far it came. */
    public AgentView awaitAgent(String id, Until until, Duration limit) {
        String path = "/v1/agents/" + segment(id) + query("wait", until.word, "timeout_ms", limit.toMillis());
        return read(transport.send(new Transport.Request("GET", path, "", LIMIT.plus(limit))), AgentView.class);
    }

    public AgentView pause(String id) {
        return post("/v1/agents/" + segment(id) + "/pause", "", AgentView.class);
    }

    public AgentView resume(String id) {
        return post("/v1/agents/" + segment(id) + "/resume", "", AgentView.class);
    }

    public AgentView kill(String id) {
        return post("/v1/agents/" + segment(id) + "/kill", "", AgentView.class);
    }

    /** A piece of {@code stdout} or {@code stderr}; waits for more where there is none yet. */
    public AgentWire.LogChunk log(String id, String stream, long offset, Duration wait) {
        String path = "/v1/agents/" + segment(id) + "/log"
                + query("stream", stream, "offset", offset, "wait_ms", wait.toMillis());
        return read(transport.send(new Transport.Request("GET", path, "", LIMIT.plus(wait))), AgentWire.LogChunk.class);
    }

    public void stdin(String id, AgentWire.StdinChunk chunk) {
        post("/v1/agents/" + segment(id) + "/stdin", chunk, ServiceWire.Done.class);
    }

    /** The contract that it was admitted with. */
    public AgentWire.ContractOf contractOf(String id) {
        return get("/v1/agents/" + segment(id) + "/contract", AgentWire.ContractOf.class);
    }

    public AgentWire.Changes changes(String id) {
        return get("/v1/agents/" + segment(id) + "/changes", AgentWire.Changes.class);
    }

    public AgentWire.Changes undo(String id, AgentWire.Undo request) {
        return post("/v1/agents/" + segment(id) + "/undo", request, AgentWire.Changes.class);
    }

    public AgentWire.Result result(String id) {
        return get("/v1/agents/" + segment(id) + "/result", AgentWire.Result.class);
    }

    public AgentWire.Conversation conversation(String id) {
        return get("/v1/agents/" + segment(id) + "/conversation", AgentWire.Conversation.class);
    }

    public AgentWire.Explanation explain(String id, String operation, String target) {
        return get(
                "/v1/agents/" + segment(id) + "/explain" + query("op", operation, "target", target),
                AgentWire.Explanation.class);
    }

    /** Goes through a recorded run again. */
    public AgentWire.ReplayReport replay(String id, AgentWire.Replay request) {
        return post("/v1/agents/" + segment(id) + "/replay", request, AgentWire.ReplayReport.class);
    }

    // ------------------------------------------------------------------ tasks and tool calls

    public TaskWire.TaskView beginTask(String agent, TaskWire.Begin request) {
        return post("/v1/agents/" + segment(agent) + "/tasks", request, TaskWire.TaskView.class);
    }

    public TaskWire.Tasks tasks(String agent) {
        return get("/v1/agents/" + segment(agent) + "/tasks", TaskWire.Tasks.class);
    }

    public TaskWire.TaskView task(String agent, String task) {
        return get("/v1/agents/" + segment(agent) + "/tasks/" + segment(task), TaskWire.TaskView.class);
    }

    public TaskWire.TaskView endTask(String agent, String task) {
        return post("/v1/agents/" + segment(agent) + "/tasks/" + segment(task) + "/end", "", TaskWire.TaskView.class);
    }

    /** Calls a tool; waits as long as the call says. */
    public TaskWire.CallView callTool(String agent, String tool, TaskWire.ToolCall call) {
        return read(
                transport.send(new Transport.Request(
                        "POST",
                        "/v1/agents/" + segment(agent) + "/tools/" + segment(tool),
                        WireJson.write(call),
                        LIMIT.plus(Duration.ofMillis(call.waitMs().orElse(30_000L))))),
                TaskWire.CallView.class);
    }

    /** The decision on a call; nothing is done. */
    public TaskWire.Considered explainTool(String agent, String tool, TaskWire.ToolCall call) {
        return post(
                "/v1/agents/" + segment(agent) + "/tools/" + segment(tool) + "/explain",
                call,
                TaskWire.Considered.class);
    }

    // ------------------------------------------------------------------ consent

    public ConsentWire.Asks asks() {
        return get("/v1/consents", ConsentWire.Asks.class);
    }

    public ConsentWire.AskView ask(String id) {
        return get("/v1/consents/" + segment(id), ConsentWire.AskView.class);
    }

    public ConsentWire.Answered answer(String id, ConsentWire.AnswerRequest answer) {
        return post("/v1/consents/" + segment(id) + "/answer", answer, ConsentWire.Answered.class);
    }

    /** How asking went so far. */
    public ConsentWire.Stats consentStats() {
        return get("/v1/consent-stats", ConsentWire.Stats.class);
    }

    public ConsentWire.Grants grants() {
        return get("/v1/grants", ConsentWire.Grants.class);
    }

    public void revoke(String id) {
        post("/v1/grants/" + segment(id) + "/revoke", "", ServiceWire.Done.class);
    }

    // ------------------------------------------------------------------ secrets

    public SecretWire.Secrets secrets() {
        return get("/v1/secrets", SecretWire.Secrets.class);
    }

    /** Sets or replaces a secret; the value is in this one request and in no answer. */
    public SecretWire.SecretView setSecret(SecretWire.SecretValue value) {
        return post("/v1/secrets", value, SecretWire.SecretView.class);
    }

    public void deleteSecret(String name) {
        post("/v1/secrets/" + segment(name) + "/delete", "", ServiceWire.Done.class);
    }

    // ------------------------------------------------------------------ mail

    public MailWire.MailServerView mailServer() {
        return get("/v1/mail", MailWire.MailServerView.class);
    }

    /** Sets or replaces the server through which agents send. */
    public MailWire.MailServerView setMailServer(MailWire.MailServerValue value) {
        return post("/v1/mail", value, MailWire.MailServerView.class);
    }

    public void clearMailServer() {
        post("/v1/mail/clear", "", ServiceWire.Done.class);
    }

    // ------------------------------------------------------------------ approval of tools

    public ToolWire.Approvals toolApprovals() {
        return get("/v1/tool-approvals", ToolWire.Approvals.class);
    }

    public ToolWire.Approval toolApproval(String name) {
        return get("/v1/tool-approvals/" + segment(name), ToolWire.Approval.class);
    }

    /** Approves a tool, if its digest is still the one that was shown. */
    public ToolWire.Approval approveTool(String name, ToolWire.Approve shown) {
        return post("/v1/tool-approvals/" + segment(name), shown, ToolWire.Approval.class);
    }

    public ToolWire.Approval addTool(ToolWire.CommandFiles files) {
        return post("/v1/tools", files, ToolWire.Approval.class);
    }

    public void removeTool(String name) {
        post("/v1/tools/" + segment(name) + "/remove", "", ServiceWire.Done.class);
    }

    // ------------------------------------------------------------------ catalog

    public CatalogWire.Entries catalog() {
        return get("/v1/catalog", CatalogWire.Entries.class);
    }

    /** The newest version of an entry, or the one that is named. */
    public CatalogWire.EntryView catalogEntry(String name, String version) {
        return get("/v1/catalog/" + segment(name) + query("version", version), CatalogWire.EntryView.class);
    }

    public CatalogWire.EntryView installEntry(CatalogWire.EntryFiles files) {
        return post("/v1/catalog", files, CatalogWire.EntryView.class);
    }

    /** Removes one version, or with an empty one all that were installed. */
    public CatalogWire.EntriesRemoved removeEntry(String name, String version) {
        return post(
                "/v1/catalog/" + segment(name) + "/remove" + query("version", version),
                "",
                CatalogWire.EntriesRemoved.class);
    }

    public CatalogWire.TrustedKeys trustedKeys() {
        return get("/v1/trust", CatalogWire.TrustedKeys.class);
    }

    public CatalogWire.TrustedKeys trust(CatalogWire.TrustRequest key) {
        return post("/v1/trust", key, CatalogWire.TrustedKeys.class);
    }

    public void distrust(String name) {
        post("/v1/trust/" + segment(name) + "/remove", "", ServiceWire.Done.class);
    }
    // ------------------------------------------------------------------ language

    /** The command that a sentence means; nothing is run. */
    public LanguageWire.Reading understand(LanguageWire.Sentence sentence) {
        return post("/v1/language", sentence, LanguageWire.Reading.class);
    }

    /** Whether sentences are compared by meaning yet; asking makes agentd get ready. */
    public LanguageWire.Readiness language() {
        return get("/v1/language", LanguageWire.Readiness.class);
    }

    // ------------------------------------------------------------------ events, history, audit

    /** Events after a sequence number, oldest first. */
    public EventWire.Events events(long since, int limit) {
        return get("/v1/events" + query("since", since, "limit", limit), EventWire.Events.class);
    }

    /**
     * What to look for in the events. Empty fields match everything.
     *
     * @param kind beginning of the kind
     */
    public record Search(String agent, String kind, String text, long before, int limit) {
        public static Search ofAgent(String agent, int limit) {
            return new Search(agent, "", "", Long.MAX_VALUE, limit);
        }
    }

    /** Events that match, newest first. */
    public EventWire.Events search(Search search) {
        return get(
                "/v1/events/search"
                        + query(
                                "agent",
                                search.agent(),
                                "kind",
                                search.kind(),
                                "text",
                                search.text(),
                                "before",
                                search.before(),
                                "limit",
                                search.limit()),
                EventWire.Events.class);
    }

    /** Events as they become durable, from the one after {@code since}, across restarts of agentd. */
    public EventStream stream(long since) {
        return new EventStream(this, transport, since);
    }

    /** Measurements: {@code resolution} is {@code second} or {@code minute}. */
    public EventWire.History history(String subject, String resolution, Duration span) {
        return get(
                "/v1/history" + query("subject", subject, "resolution", resolution, "since_s", span.toSeconds()),
                EventWire.History.class);
    }

    public EventWire.Proof proof(long seq) {
        return get("/v1/audit/proof/" + seq, EventWire.Proof.class);
    }

    /** Signs a checkpoint over everything that is recorded now. */
    public EventWire.CheckpointView checkpoint() {
        return post("/v1/audit/checkpoint", "", EventWire.CheckpointView.class);
    }

    @Override
    public void close() {
        transport.close();
    }

    // ------------------------------------------------------------------ plumbing

    private <T> T get(String path, Class<T> type) {
        return read(transport.send(new Transport.Request("GET", path, "", LIMIT)), type);
    }

    private String text(String path) {
        Transport.Reply reply = transport.send(new Transport.Request("GET", path, "", LIMIT));
        if (reply.status() != 200) {
            throw error(reply.status(), reply.body());
        }
        return reply.body();
    }

    private <T> T post(String path, Object body, Class<T> type) {
        String text = body instanceof String given ? given : WireJson.write(body);
        return read(transport.send(new Transport.Request("POST", path, text, LIMIT)), type);
    }

    private static <T> T read(Transport.Reply reply, Class<T> type) {
        if (reply.status() / 100 != 2) {
            throw error(reply.status(), reply.body());
        }
        try {
            return WireJson.read(reply.body(), type);
        } catch (JacksonException e) {
            throw new AgentdException(
                    reply.status(),
                    new ErrorBody(
                            "answer.malformed",
                            "agentd's answer is not a " + type.getSimpleName() + ": " + e.getOriginalMessage(),
                            type.getSimpleName(),
                            "use programs of one version; see agentctl --version",
                            List.of()));
        }
    }

    /** The error that an answer carries. */
    static AgentdException error(int status, String body) {
        try {
            return new AgentdException(status, WireJson.read(body, ErrorBody.class));
        } catch (JacksonException | NullPointerException e) {
            // Not agentd's own words, for example an error page of the server below it.
            return new AgentdException(
                    status,
                    new ErrorBody(
                            "http." + status,
                            "the answer has status " + status + " and no explanation",
                            "agentd",
                            "see the log of agentd",
                            List.of()));
        }
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A query of alternating names and values; empty values are left out. */
    private static String query(Object... namesAndValues) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = String.valueOf(namesAndValues[i + 1]);
            if (!value.isEmpty()) {
                fields.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        StringBuilder query = new StringBuilder();
        fields.forEach((name, value) -> query.append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(segment(value)));
        return query.toString();
    }
}
