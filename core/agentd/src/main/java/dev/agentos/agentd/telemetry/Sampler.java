package dev.agentos.agentd.telemetry;

import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.agents.ProcessAgents;
import dev.agentos.agentd.agents.ProcessWatch;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.machine.MachineProbe;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.Sandbox.Status;
import dev.agentos.domain.port.TimeSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Once a second: measures agents, classes and the machine, and looks at what has a deadline. */
public final class Sampler implements AutoCloseable {

    /** The broker, which also starts agents, may be kept busy with questions for this share of its time. */
    private static final double USAGE_SHARE = 0.05;

    private final TimeSource time;
    private final AgentBook book;
    private final ConsentService consent;
    private final ProcessAgents processes;
    private final ProcessWatch watch;
    private final MachineProbe probe;
    private final HistoryStore history;
    private final Supplier<Map<HistoryStore.Key, Double>> models;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sampler").factory());
    private final Map<String, Long> lastCpu = new HashMap<>();
    private List<Status> usage = List.of();
    private boolean usageIsNew;
    private long usageNext;
    private long lastUsageNanos;
    private final LongAdder calls = new LongAdder();
    private final LongAdder refusals = new LongAdder();
    private long lastNanos;
    private long lastBusy = -1;

    /** @param models what models gave since it was asked last */
    public Sampler(
            TimeSource time,
            AgentBook book,
            ConsentService consent,
            ProcessAgents processes,
            ProcessWatch watch,
            MachineProbe probe,
            HistoryStore history,
            Supplier<Map<HistoryStore.Key, Double>> models,
            Metrics metrics) {
        this.time = time;
        this.book = book;
        this.consent = consent;
        this.processes = processes;
        this.watch = watch;
        this.probe = probe;
        this.history = history;
        this.models = models;
        metrics.gauges("agentos_agents", "Agents by state.", "state", this::states);
        metrics.gauge(
                "agentos_consents_waiting",
                "Asks that wait for a person.",
                () -> consent.pending().size());
        metrics.gauge(
                "agentos_free_memory_bytes",
                "Memory not promised to an agent.",
                () -> book.ledger().freeMemoryBytes());
        metrics.gauge(
                "agentos_free_cpu_millis",
                "CPU not reserved, in thousandths of a core.",
                () -> book.ledger().freeCpuMillis());
    }

    private Map<String, Long> states() {
        Map<String, Long> states = new TreeMap<>();
        for (AgentState state : AgentState.values()) {
            states.put(state.name().toLowerCase(java.util.Locale.ROOT), 0L);
        }
        book.all()
                .forEach(agent -> states.merge(agent.state().name().toLowerCase(java.util.Locale.ROOT), 1L, Long::sum));
        return states;
    }

    public void start() {
        lastNanos = time.nanos();
        lastUsageNanos = lastNanos;
        var _ = ticker.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    /** Counts the decisions among events that became durable. */
    public void heard(List<Recorded> events) {
        for (Recorded recorded : events) {
            boolean tool = recorded.kind().equals("tool.decided");
            if (tool) {
                calls.increment();
            }
            if ((tool || recorded.kind().equals("egress.decided"))
                    && "refused".equals(recorded.data().get("decision"))) {
                refusals.increment();
            }
        }
    }

    private void tick() {
        try {
            List<Status> usage = usage();
            sample(usage);
            watch.look(usage);
            consent.expire(new Trace(Tracing.newCorrelation()));
        } catch (RuntimeException e) {
            // A failed second must not end the seconds after it.
            System.getLogger(Sampler.class.getName()).log(System.Logger.Level.WARNING, "a sample failed", e);
        }
    }

    /** What the sandboxes use, asked for at most {@link #USAGE_SHARE} of the time however many there are. */
    private List<Status> usage() {
        long from = System.nanoTime();
        if (from >= usageNext) {
            usage = book.all().stream()
                            .anyMatch(agent ->
                                    !agent.isManaged() && !agent.state().isFinal())
                    ? processes.usage()
                    : List.of();
            usageNext = from + (long) ((System.nanoTime() - from) / USAGE_SHARE);
            usageIsNew = true;
        } else {
            usageIsNew = false;
        }
        return usage;
    }

    private void sample(List<Status> usage) {
        long now = time.nanos();
        double seconds = Math.max(0.001, (now - lastNanos) / 1e9);
        lastNanos = now;
        Map<HistoryStore.Key, Double> values = new HashMap<>();
        Map<String, String> classes = new HashMap<>();
        long running = 0;
        for (AgentRecord agent : book.all()) {
            if (!agent.state().isFinal()) {
                book.findDocument(agent.id())
                        .ifPresent(document -> classes.put(
                                agent.run(), document.contract().latency().name()));
                running += agent.state() == AgentState.RUNNING ? 1 : 0;
            }
        }
        Map<String, Long> cpuNow = new HashMap<>();
        if (usageIsNew) {
            double between = Math.max(0.001, (now - lastUsageNanos) / 1e9);
            lastUsageNanos = now;
            for (Status status : usage) {
                String latency = classes.get(status.incarnation());
                if (latency != null) {
                    measure(values, cpuNow, status, latency, between);
                }
            }
            lastCpu.clear();
            lastCpu.putAll(cpuNow);
        }
        values.put(new HistoryStore.Key("machine", "agents_running"), (double) running);
        values.put(new HistoryStore.Key("machine", "consents_waiting"), (double)
                consent.pending().size());
        values.put(new HistoryStore.Key("machine", "tool_calls"), (double) calls.sumThenReset());
        values.put(new HistoryStore.Key("machine", "refusals"), (double) refusals.sumThenReset());
        for (String resource : List.of("cpu", "memory", "io")) {
            probe.pressure(resource)
                    .ifPresent(share -> values.put(new HistoryStore.Key("machine", "pressure_" + resource), share));
        }
        probe.usedMemoryBytes()
                .ifPresent(used -> values.put(new HistoryStore.Key("machine", "memory_bytes"), (double) used));
        Optional<Long> busy = probe.busyMicros();
        if (busy.isPresent() && lastBusy >= 0) {
            values.put(new HistoryStore.Key("machine", "cpu_cores"), (busy.get() - lastBusy) / 1e6 / seconds);
        }
        lastBusy = busy.orElse(-1L);
        values.putAll(models.get());
        history.record(time.now(), values);
    }

    private void measure(
            Map<HistoryStore.Key, Double> values,
            Map<String, Long> cpuNow,
            Status status,
            String latency,
            double seconds) {
        String agent = "agent:"
                + status.incarnation().substring(0, status.incarnation().lastIndexOf('.'));
        status.memoryBytes().ifPresent(memory -> {
            values.put(new HistoryStore.Key(agent, "memory_bytes"), (double) memory);
            values.merge(new HistoryStore.Key("class:" + latency, "memory_bytes"), (double) memory, Double::sum);
        });
        status.cpuMicros().ifPresent(cpu -> {
            cpuNow.put(status.incarnation(), cpu);
            Long before = lastCpu.get(status.incarnation());
            if (before != null) {
                double cores = (cpu - before) / 1e6 / seconds;
                values.put(new HistoryStore.Key(agent, "cpu_cores"), cores);
                values.merge(new HistoryStore.Key("class:" + latency, "cpu_cores"), cores, Double::sum);
            }
        });
    }

    @Override
    public void close() {
        ticker.shutdownNow();
    }
}
