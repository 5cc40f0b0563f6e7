package dev.agentos.agentd;

import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentEnds;
import dev.agentos.agentd.agents.AgentInspection;
import dev.agentos.agentd.agents.AgentService;
import dev.agentos.agentd.agents.EgressCallers;
import dev.agentos.agentd.agents.EgressConnections;
import dev.agentos.agentd.agents.ModelCallers;
import dev.agentos.agentd.agents.Paces;
import dev.agentos.agentd.agents.PausedAtLimits;
import dev.agentos.agentd.agents.ProcessAgents;
import dev.agentos.agentd.agents.ProcessWatch;
import dev.agentos.agentd.agents.Replays;
import dev.agentos.agentd.agents.SandboxPlans;
import dev.agentos.agentd.agents.StdinPipes;
import dev.agentos.agentd.agents.TaskCalls;
import dev.agentos.agentd.catalog.Catalog;
import dev.agentos.agentd.catalog.TrustedKeys;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.consent.RunEnds;
import dev.agentos.agentd.egress.EgressDoors;
import dev.agentos.agentd.egress.Resolver;
import dev.agentos.agentd.filter.ResultFilter;
import dev.agentos.agentd.filter.ShippedModel;
import dev.agentos.agentd.http.Api;
import dev.agentos.agentd.http.ApiServer;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.language.LanguageService;
import dev.agentos.agentd.language.LiveNames;
import dev.agentos.agentd.machine.GpuProbe;
import dev.agentos.agentd.machine.HostFactsProbe;
import dev.agentos.agentd.machine.MachineProbe;
import dev.agentos.agentd.mail.MailSettings;
import dev.agentos.agentd.models.ModelService;
import dev.agentos.agentd.models.ModelSettings;
import dev.agentos.agentd.recording.Recordings;
import dev.agentos.agentd.secrets.EncryptedFileSecrets;
import dev.agentos.agentd.secrets.RedactedLogs;
import dev.agentos.agentd.secrets.Secrets;
import dev.agentos.agentd.secrets.SystemdCredentials;
import dev.agentos.agentd.telemetry.EventHub;
import dev.agentos.agentd.telemetry.HistoryStore;
import dev.agentos.agentd.telemetry.Metrics;
import dev.agentos.agentd.telemetry.Sampler;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.agentd.tools.SandboxedCalls;
import dev.agentos.agentd.tools.StoredCredentials;
import dev.agentos.agentd.tools.Tool;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.agentd.tools.ToolRegistry;
import dev.agentos.agentd.tools.Tools;
import dev.agentos.agentd.worker.EmbedderWorker;
import dev.agentos.agentd.worker.GgufHost;
import dev.agentos.agentd.worker.GgufProvider;
import dev.agentos.domain.admission.Ledger;
import dev.agentos.domain.admission.Machine;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.filter.ContentFilter;
import dev.agentos.domain.model.Models;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.SecretStore;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.secret.Redactor;
import dev.agentos.kernel.ExecdSandbox;
import dev.agentos.kernel.ExecdStarter;
import dev.agentos.kernel.PeerProcess;
import dev.agentos.kernel.PromptThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** The service put together: what it is made of, in which order it starts, and in reverse how it stops. */
public final class Agentd implements AutoCloseable {

    /** Models that need nothing installed. */
    private static final Set<String> BUILT_IN_MODELS = Set.of("local/extractive");

    /** How long agents of before a restart wait for providers that do not answer. */
    private static final Duration PROVIDERS = Duration.ofSeconds(15);

    private final Closer closer;
    private final ServiceStatus status;
    private final AgentBook book;
    private final ModelService models;
    private final Api api;
    private final ApiServer server;
    private final CountDownLatch stopRequested;

    private Agentd(
            Closer closer,
            ServiceStatus status,
            AgentBook book,
            ModelService models,
            Api api,
            ApiServer server,
            CountDownLatch stopRequested) {
        this.closer = closer;
        this.status = status;
        this.book = book;
        this.models = models;
        this.api = api;
        this.server = server;
        this.stopRequested = stopRequested;
    }

    /** Starts everything; when this returns, the door is open and interrupted work goes on. */
    public static Agentd start(AgentdConfig config) throws Exception {
        // Before any other thread is made: they inherit it.
        PromptThreads.begin();
        return start(config, TimeSource.system(), sandboxOf(config));
    }

    private static ExecdSandbox sandboxOf(AgentdConfig config) {
        Path socket = config.execdSocket().orElse(config.run().resolve("execd.sock"));
        return new ExecdSandbox(
                socket,
                new ExecdStarter(
                        config.execd(),
                        config.run().resolve("execd.log"),
                        config.execdSocket().isEmpty()));
    }

    /** Starts with another clock or another sandbox. */
    public static Agentd start(AgentdConfig config, TimeSource time, Sandbox sandbox) throws Exception {
        return start(config, time, sandbox, List.of());
    }

    /** @param more tools beside the built-in ones, behind the same gateway */
    public static Agentd start(AgentdConfig config, TimeSource time, Sandbox sandbox, List<Tool> more)
            throws Exception {
        return start(config, time, sandbox, more, Optional.empty());
    }

    /** @param answering who answers agents that a model drives; empty for the providers that are set up */
    public static Agentd start(
            AgentdConfig config, TimeSource time, Sandbox sandbox, List<Tool> more, Optional<Models> answering)
            throws Exception {
        Closer closer = new Closer();
        try {
            return start(config, time, sandbox, more, answering, closer);
        } catch (Exception e) {
            closer.close();
            throw e;
        }
    }

    private static Agentd start(
            AgentdConfig config,
            TimeSource time,
            Sandbox sandbox,
            List<Tool> more,
            Optional<Models> answering,
            Closer closer)
            throws Exception {
        makePrivate(config.state());
        makePrivate(config.run());
        closer.add(StateLock.take(config.state()));
        SqliteLibrary.unpackIn(config.state().resolve("sqlite"));
        Tracing.start(config.otlpEndpoint());
        closer.add(Tracing::stop);
        if (sandbox instanceof AutoCloseable closeable) {
            closer.add(closeable);
        }
        String bootId = Tracing.newCorrelation().substring(0, 8);
        EventHub events = new EventHub();
        Metrics metrics = new Metrics();
        events.listen(metrics::count);
        AtomicReference<Redactor> redactor = new AtomicReference<>(Redactor.NONE);
        closer.add(RedactedLogs.begin(redactor::get));
        SqliteJournal journal =
                closer.add(SqliteJournal.open(JournalFiles.in(config.state()), time, events, redactor::get));
        Secrets secrets = new Secrets(secretStore(config.state().resolve("secrets")), journal, time, redactor);
        secrets.load();
        long recoveredFrom = journal.head();
        HistoryStore history = closer.add(HistoryStore.open(config.state().resolve("history.db")));

        Path agentsDirectory = Files.createDirectories(config.state().resolve("agents"));
        GpuProbe gpus = new GpuProbe(time, config.gpuTools());
        MachineProbe probe = new MachineProbe(() -> gpus.last().totalBytes());
        Machine machine = probe.probe(
                BUILT_IN_MODELS, Tools.capabilities(more), Optional.empty(), "the sandbox broker is being started");
        AgentBook book = new AgentBook(journal, Ledger.empty(machine));
        ConsentService consent = new ConsentService(journal, time, bootId, () -> events.watchers() > 0);
        events.listen(new RunEnds(consent));
        EmbedderWorker worker = closer.add(new EmbedderWorker(sandbox, config.run(), config.worker(), bootId));
        EgressCallers callers = new EgressCallers(book);
        EgressDoors egress = closer.add(
                new EgressDoors(config.run().resolve("doors"), journal, consent, time, Resolver.system(), callers));
        MailSettings mail = new MailSettings(journal);
        SandboxedCalls calls = new SandboxedCalls(sandbox, config.run().resolve("calls"), bootId, SandboxPlans::system);
        ToolGateway gateway = Tools.gateway(
                journal,
                consent,
                new Tools.Means(
                        worker,
                        config.state().resolve("undo"),
                        config.state().resolve("cache"),
                        calls,
                        time,
                        new StoredCredentials(secrets),
                        redactor::get,
                        new EgressConnections(egress.connector(), callers),
                        mail::server,
                        filter(config, worker)),
                more);
        TrustedKeys keys = new TrustedKeys(
                config.catalog().resolve("trust"), config.state().resolve("trust"));
        Catalog catalog = new Catalog(config.catalog(), config.state().resolve("catalog"), keys, journal);
        ToolRegistry registry = new ToolRegistry(
                config.state().resolve("tools"), config.run().resolve("tools"), calls, keys::all, gateway);
        ModelService models = closer.add(new ModelService(
                new ModelService.Means(
                        config.run(),
                        journal,
                        consent,
                        time,
                        worker,
                        (name, host) ->
                                secrets.refusal(name, host).isPresent() ? Optional.empty() : secrets.valueOf(name),
                        ggufs(sandbox, config, bootId),
                        () -> gpus.last().sentence()),
                new ModelCallers(book)));
        Recordings recordings = new Recordings(config.state().resolve("recordings"), redactor::get);
        SandboxPlans plans = new SandboxPlans(agentsDirectory, List.of(config.state(), config.run()));
        StdinPipes stdins = new StdinPipes();
        AgentEnds ends = closer.add(new AgentEnds(book, time));
        ProcessAgents processes = new ProcessAgents(book, sandbox, time, plans, stdins, ends, egress, models.doors());
        AgentService agents = closer.add(new AgentService(
                book,
                journal,
                consent,
                gateway,
                processes,
                ends,
                time,
                agentsDirectory,
                () -> events.watchers() > 0,
                recordings,
                new Paces(models::pace)));
        ProcessWatch processWatch = new ProcessWatch(book, processes, consent, plans, time);
        TaskCalls tasks = new TaskCalls(book, gateway, plans.serviceFolders(), () -> events.watchers() > 0);
        AgentInspection inspection = new AgentInspection(book, gateway, journal, plans, stdins, egress, redactor::get);

        book.load();
        consent.load();
        registry.load();
        mail.load();
        gateway.load();
        egress.load();
        agents.load();
        models.load(new PausedAtLimits(book, agents), agents::substitutes);
        agents.useModels(answering.orElseGet(models::models), () -> models.awaitAsked(PROVIDERS));

        CountDownLatch stopRequested = new CountDownLatch(1);
        ServiceStatus status = new ServiceStatus(config, time, book, consent, journal, worker);
        closer.add(status::stop);
        SandboxWatch watch = new SandboxWatch(
                sandbox,
                probe,
                new HostFactsProbe(config.execd()),
                gpus,
                book,
                status,
                models::names,
                () -> capabilities(more, registry));
        registry.onChange(watch::refresh);
        models.registry().onChange(watch::refresh);
        watch.begin();
        Api api = new Api(
                status,
                book,
                agents,
                inspection,
                new Replays(book, gateway, recordings),
                consent,
                gateway,
                tasks,
                processes,
                watch,
                journal,
                events,
                history,
                metrics,
                secrets,
                mail,
                catalog,
                new LanguageService(
                        worker, config.state().resolve("language-vectors.bin"), new LiveNames(book, consent, gateway)),
                registry,
                models,
                gpus,
                sandbox,
                stopRequested::countDown);
        ApiServer server = closer.add(ApiServer.start(
                api.routes(),
                metrics,
                config.socket(),
                System.getProperty("user.name"),
                PeerProcess::of,
                config.tcp()));
        models.openOwnDoor(System.getProperty("user.name"), PeerProcess::of);
        Sampler sampler = closer.add(
                new Sampler(time, book, consent, processes, processWatch, probe, history, models::measures, metrics));
        events.listen(sampler::heard);
        sampler.start();
        journal.commit(Batch.of(
                new Trace("start-" + bootId),
                new Event.ServiceStarted(
                        ServiceStatus.VERSION, recoveredFrom, sandbox.getClass().getSimpleName())));
        Thread.ofVirtual().name("recovery").start(() -> {
            watch.awaitKnown();
            calls.endLeftovers();
            agents.recover();
        });
        return new Agentd(closer, status, book, models, api, server, stopRequested);
    }

    /** Files of weights run in workers of their own, each in a sandbox. */
    private static ModelSettings.GgufMaker ggufs(Sandbox sandbox, AgentdConfig config, String bootId) {
        GgufHost.Starter starter = GgufHost.sandboxed(sandbox, config.run(), config.worker(), bootId);
        return (name, settings, digest) -> new GgufProvider(
                name,
                new GgufHost(
                        new GgufHost.Settings(
                                Path.of(settings.file()),
                                digest,
                                (int) settings.slots(),
                                (int) settings.context(),
                                (int) settings.threads(),
                                GgufHost.PORTION),
                        starter));
    }

    /** The content filter, with sentence vectors where this installation has a model worker. */
    private static ResultFilter filter(AgentdConfig config, EmbedderWorker worker) {
        if (!config.filter()) {
            return ResultFilter.OFF;
        }
        boolean vectors = Files.isDirectory(config.worker());
        return ResultFilter.of(
                new ContentFilter(ShippedModel.read(), vectors ? Optional.of(worker) : Optional.empty()));
    }

    private static Set<String> capabilities(List<Tool> more, ToolRegistry registry) {
        Set<String> all = new LinkedHashSet<>(Tools.capabilities(more));
        all.addAll(registry.capabilities());
        return all;
    }

    /** Where systemd seals for this user, that; else files with a key beside them. One that holds secrets is kept. */
    private static SecretStore secretStore(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve("key"))) {
            return EncryptedFileSecrets.open(folder);
        }
        Optional<SystemdCredentials> sealed = SystemdCredentials.probe(folder);
        return sealed.isPresent() ? sealed.get() : EncryptedFileSecrets.open(folder);
    }

    private static void makePrivate(Path directory) throws IOException {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new IOException(
                    "the directory " + directory + " cannot be made or is not ours ("
                            + e.getClass().getSimpleName() + "); make it for the user "
                            + System.getProperty("user.name") + ", or give another one",
                    e);
        }
    }

    /** Waits until a client or a signal asks the service to stop. */
    public void awaitStop() throws InterruptedException {
        stopRequested.await();
    }

    /** Asks the service to stop. */
    public void requestStop() {
        stopRequested.countDown();
    }

    public ServiceStatus status() {
        return status;
    }

    public AgentBook book() {
        return book;
    }

    public ModelService models() {
        return models;
    }

    /** What the doors offer. */
    public Api api() {
        return api;
    }

    /** The port of the TCP door; 0 when it is closed. */
    public int tcpPort() {
        return server.tcpPort();
    }

    @Override
    public void close() {
        closer.close();
    }
}
