package dev.agentos.agentd.http;

import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.machine.GpuProbe;
import dev.agentos.agentd.models.ModelService;
import dev.agentos.bridge.wire.GpuWire;
import dev.agentos.bridge.wire.GpuWire.AgentMemory;
import dev.agentos.bridge.wire.GpuWire.CardView;
import dev.agentos.bridge.wire.GpuWire.UseView;
import dev.agentos.domain.gpu.Gpus;
import dev.agentos.domain.gpu.Gpus.Use;
import dev.agentos.domain.port.Sandbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/** Graphics processors, with the processes on them matched to agents and providers by their control groups. */
final class GpuRoutes {

    private final GpuProbe probe;
    private final AgentBook book;
    private final ModelService models;
    private final Sandbox sandbox;

    GpuRoutes(GpuProbe probe, AgentBook book, ModelService models, Sandbox sandbox) {
        this.sandbox = sandbox;
        this.probe = probe;
        this.book = book;
        this.models = models;
    }

    List<Route> routes() {
        return List.of(AgentRoutes.get(
                "/v1/gpu",
                "readGpu",
                "Graphics processors, their memory by process and agent, and NPUs",
                List.of(),
                GpuWire.GpuReport.class,
                _ -> report()));
    }

    private GpuWire.GpuReport report() throws InterruptedException {
        Gpus gpus = probe.read();
        Map<String, String> agents = new HashMap<>();
        Map<String, Long> promised = new TreeMap<>();
        for (AgentRecord agent : book.all()) {
            if (!agent.state().isFinal()) {
                // A process agent's sandbox is named after its run.
                agents.put(agent.run(), agent.id());
                if (agent.reservation().gpuMemoryBytes() > 0) {
                    promised.put(agent.id(), agent.reservation().gpuMemoryBytes());
                }
            }
        }
        return report(gpus, namesOf(gpus), agents, promised, models::workerOf);
    }

    /** The names of a process: of the groups that it is in, and of the sandbox that has them. */
    private LongFunction<List<String>> namesOf(Gpus gpus) {
        if (gpus.processes().isEmpty()) {
            return _ -> List.of();
        }
        Map<String, String> sandboxes = new HashMap<>();
        try {
            for (Sandbox.Status status : sandbox.list()) {
                status.pid()
                        .ifPresent(pid -> probe.groups(pid)
                                .sandboxes()
                                .forEach(group -> sandboxes.put(group, status.incarnation())));
            }
        } catch (Sandbox.SandboxException e) {
            System.getLogger(GpuRoutes.class.getName())
                    .log(System.Logger.Level.DEBUG, "the broker does not tell its sandboxes", e);
        }
        return pid -> {
            GpuProbe.Groups groups = probe.groups(pid);
            return Stream.concat(
                            groups.names().stream(),
                            groups.sandboxes().stream()
                                    .filter(sandboxes::containsKey)
                                    .map(sandboxes::get))
                    .distinct()
                    .toList();
        };
    }

    /**
     * All of it.
     *
     * @param groups the control groups of a process, and the sandbox that it is in
     * @param agents agents by the name of their run, which is the name of their sandbox
     * @param promised what admission keeps for agents, in bytes
     * @param workerOf the provider that a process works for, by its groups and its program; empty for none
     */
    static GpuWire.GpuReport report(
            Gpus gpus,
            LongFunction<List<String>> groups,
            Map<String, String> agents,
            Map<String, Long> promised,
            BiFunction<List<String>, String, String> workerOf) {
        List<UseView> uses = new ArrayList<>();
        Map<String, Long> used = new TreeMap<>();
        for (Use use : gpus.processes()) {
            List<String> of = groups.apply(use.pid());
            String agent = of.stream()
                    .filter(agents::containsKey)
                    .map(agents::get)
                    .findFirst()
                    .orElse("");
            String provider = agent.isEmpty() ? workerOf.apply(of, use.program()) : "";
            uses.add(new UseView(
                    use.pid(), use.card(), use.program(), use.bytes().orElse(-1), agent, provider));
            if (!agent.isEmpty()) {
                used.merge(agent, use.bytes().orElse(0), Long::sum);
            }
        }
        return new GpuWire.GpuReport(
                gpus.cards().stream().map(GpuRoutes::view).toList(),
                uses,
                views(promised, used),
                gpus.npus(),
                gpus.isShared(),
                gpus.sentence(),
                gpus.why(),
                gpus.help(),
                gpus.notes());
    }

    private static List<AgentMemory> views(Map<String, Long> promised, Map<String, Long> used) {
        Map<String, AgentMemory> all = new TreeMap<>();
        promised.forEach((agent, bytes) -> all.put(agent, new AgentMemory(agent, bytes, 0, false)));
        used.forEach((agent, bytes) -> {
            long most = promised.getOrDefault(agent, 0L);
            all.put(agent, new AgentMemory(agent, most, bytes, bytes > most));
        });
        return List.copyOf(all.values());
    }

    private static CardView view(Gpus.Card card) {
        return new CardView(
                card.index(),
                card.id(),
                card.name(),
                card.totalBytes(),
                card.usedBytes(),
                card.split().word(),
                card.instances(),
                card.mode());
    }
}
