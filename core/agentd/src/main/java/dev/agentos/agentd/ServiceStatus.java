package dev.agentos.agentd;

import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.worker.EmbedderWorker;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.admission.Ledger;
import dev.agentos.domain.audit.Checkpoint;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.TimeSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Whether the service is well: for clients as a record, for people as text. */
public final class ServiceStatus {

    /** The version of every program of this release. */
    public static final String VERSION = "0.2.0";

    private final AgentdConfig config;
    private final TimeSource time;
    private final AgentBook book;
    private final ConsentService consent;
    private final SqliteJournal journal;
    private final EmbedderWorker worker;
    private final long startedNanos;
    private final AtomicReference<Optional<Sandbox.Host>> host = new AtomicReference<>(Optional.empty());
    private final AtomicReference<String> hostTrouble = new AtomicReference<>("the sandbox broker is being started");
    private final AtomicBoolean stopping = new AtomicBoolean();

    ServiceStatus(
            AgentdConfig config,
            TimeSource time,
            AgentBook book,
            ConsentService consent,
            SqliteJournal journal,
            EmbedderWorker worker) {
        this.config = config;
        this.time = time;
        this.book = book;
        this.consent = consent;
        this.journal = journal;
        this.worker = worker;
        this.startedNanos = time.nanos();
    }

    void host(Sandbox.Host found) {
        host.set(Optional.of(found));
        hostTrouble.set("");
    }

    void hostTrouble(String why) {
        host.set(Optional.empty());
        hostTrouble.set(why);
    }

    void stop() {
        stopping.set(true);
    }

    /** Whether the service is on its way out; streams end then. */
    public boolean stopping() {
        return stopping.get();
    }

    public ServiceWire.Status read() {
        Map<String, Long> states = new TreeMap<>();
        for (AgentRecord agent : book.all()) {
            states.merge(agent.state().name().toLowerCase(Locale.ROOT), 1L, Long::sum);
        }
        Ledger ledger = book.ledger();
        Optional<String> trouble = journal.failure().map(Throwable::getMessage);
        Optional<Checkpoint> checkpoint = journal.lastCheckpoint();
        return new ServiceWire.Status(
                VERSION,
                trouble.isPresent() ? "read-only" : "ready",
                trouble.orElse(""),
                ProcessHandle.current().pid(),
                (time.nanos() - startedNanos) / 1_000_000,
                config.socket().toString(),
                config.state().toString(),
                enforcement(),
                states,
                consent.pending().size(),
                new ServiceWire.Audit(
                        journal.head(),
                        journal.headHash(),
                        checkpoint.map(Checkpoint::count).orElse(0L),
                        checkpoint.map(Checkpoint::time).orElse("")),
                new ServiceWire.MachineView(
                        hostName(),
                        ledger.machine().cores(),
                        ledger.freeCpuMillis(),
                        ledger.machine().memoryBytes(),
                        ledger.freeMemoryBytes(),
                        ledger.machine().gpuMemoryBytes(),
                        ledger.machine().models().stream().sorted().toList(),
                        ledger.machine().tools().stream().sorted().toList()),
                new ServiceWire.Worker(worker.state(), ""));
    }

    private ServiceWire.Enforcement enforcement() {
        List<ServiceWire.MechanismView> mechanisms = host.get().stream()
                .flatMap(found -> found.mechanisms().stream())
                .map(m -> new ServiceWire.MechanismView(m.name(), m.available(), m.detail()))
                .toList();
        int enforced = (int)
                mechanisms.stream().filter(ServiceWire.MechanismView::available).count();
        return host.get().isPresent()
                ? new ServiceWire.Enforcement(host.get().get().mode(), enforced, mechanisms.size(), mechanisms)
                : new ServiceWire.Enforcement("unavailable: " + hostTrouble.get(), 0, 0, List.of());
    }

    private static String hostName() {
        try {
            return java.nio.file.Files.readString(java.nio.file.Path.of("/proc/sys/kernel/hostname"))
                    .strip();
        } catch (java.io.IOException e) {
            return "this machine";
        }
    }

    /** The status in a few lines, made here so that the client needs no JSON to show it. */
    public String text() {
        ServiceWire.Status status = read();
        StringBuilder out = new StringBuilder();
        out.append(status.state().equals("ready") ? "● agentd " : "✕ agentd ")
                .append(status.version())
                .append(' ');
        out.append(status.state()).append(" · up ").append(duration(status.uptimeMs() / 1000));
        out.append(" · pid ").append(status.pid()).append('\n');
        if (!status.detail().isEmpty()) {
            out.append("  ").append(status.detail()).append('\n');
        }
        ServiceWire.Enforcement enforcement = status.enforcement();
        out.append("  Enforcement  ").append(enforcement.mode());
        out.append(enforcement.total() == 0 ? "" : ", " + enforcement.enforced() + " of " + enforcement.total());
        List<String> missing = enforcement.mechanisms().stream()
                .filter(mechanism -> !mechanism.available())
                .map(ServiceWire.MechanismView::name)
                .toList();
        out.append(missing.isEmpty() ? "\n" : "; missing: " + String.join(", ", missing) + "\n");
        out.append("  Agents       ")
                .append(status.agents().isEmpty() ? "none yet" : words(status.agents()))
                .append('\n');
        List<AskRecord> waiting = consent.pending();
        out.append("  Needs you    ")
                .append(waiting.isEmpty() ? "nothing" : waiting.size() + " · agentctl consent list");
        out.append("\n  Audit        ").append(status.audit().records()).append(" records, ");
        out.append(status.audit().checkpointCount()).append(" under a signed checkpoint\n");
        out.append("  State        ").append(status.stateDirectory()).append('\n');
        return out.toString();
    }

    private static String words(Map<String, Long> states) {
        StringBuilder out = new StringBuilder();
        states.forEach((state, count) ->
                out.append(out.isEmpty() ? "" : ", ").append(count).append(' ').append(state));
        return out.toString();
    }

    private static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
