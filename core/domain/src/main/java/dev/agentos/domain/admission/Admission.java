package dev.agentos.domain.admission;

import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.admission.Verdict.Substitution;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.HrtSchedule;
import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.contract.Security;
import dev.agentos.domain.egress.EgressRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Decides whether this machine can honour a contract now. Pure: the same contract, ledger and operator list give the
 * same verdict. Every failing item is reported, never only the first.
 */
public final class Admission {

    /** Below this share of a core an agent is not worth starting. */
    private static final long LEAST_CPU_MILLIS = 100;

    private static final int CORES_SHOWN = 4;
    private static final String ONSET = "slo.onset_ms";

    private final ContractDocument document;
    private final AgentContract contract;
    private final Ledger ledger;
    private final List<String> operatorModels;
    private final List<Item> items = new ArrayList<>();
    private final List<Substitution> substitutions = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Pace> paces;

    private Admission(ContractDocument document, Ledger ledger, List<String> operatorModels, Map<String, Pace> paces) {
        this.document = document;
        this.contract = document.contract();
        this.ledger = ledger;
        this.operatorModels = List.copyOf(operatorModels);
        this.paces = Map.copyOf(paces);
    }

    /**
     * The verdict on a contract.
     *
     * @param operatorModels models that the operator lets agents fall back to, in order of preference
     * @param paces how fast models were here, by every name that a contract can bind to
     */
    public static Verdict decide(
            ContractDocument document, Ledger ledger, List<String> operatorModels, Map<String, Pace> paces) {
        return new Admission(document, ledger, operatorModels, paces).decide();
    }

    /** The verdict where nothing was measured of any model. */
    public static Verdict decide(ContractDocument document, Ledger ledger, List<String> operatorModels) {
        return decide(document, ledger, operatorModels, Map.of());
    }

    private Verdict decide() {
        OptionalInt core = hrtCore();
        long cpu = cpu();
        memory();
        long gpu = gpu();
        pids();
        String model = model();
        Optional<String> urgentAt = onset(model);
        Set<String> lost = tools();
        process();
        if (!items.isEmpty()) {
            return new Verdict.Rejected(items);
        }
        Set<String> capabilities = new LinkedHashSet<>(contract.capabilities());
        capabilities.removeAll(lost);
        Bound bound =
                new Bound(model, capabilities, lost, cpu, contract.compute().memBytes());
        Reservation reservation = new Reservation(
                contract.latency() == LatencyClass.DT ? 0 : cpu,
                contract.compute().memBytes(),
                gpu,
                contract.compute().pids(),
                core.isPresent() ? Optional.of(core.getAsInt()) : Optional.empty(),
                contract.schedule().map(HrtSchedule::density).orElse(0.0),
                urgentAt);
        return substitutions.isEmpty()
                ? new Verdict.Admitted(reservation, bound, notes)
                : new Verdict.Substituted(reservation, bound, substitutions, notes);
    }

    private boolean flexible() {
        return contract.binding() == Binding.FLEXIBLE;
    }

    // ------------------------------------------------------------------ resources

    private OptionalInt hrtCore() {
        if (contract.latency() != LatencyClass.HRT || contract.schedule().isEmpty()) {
            return OptionalInt.empty();
        }
        double wanted = contract.schedule().get().density();
        OptionalInt core = ledger.coreFor(wanted);
        if (core.isEmpty()) {
            item(
                    "hrt utilisation",
                    percent(wanted) + " of a core",
                    freeOnCores(),
                    "schedule",
                    "lengthen deadline_ms, lower wcet_ms, or end another HRT agent");
        }
        return core;
    }

    /** What each core has left for hard real-time work, the freest first: all of them must be too full. */
    private String freeOnCores() {
        List<Double> loads = ledger.hrtLoads();
        String shown = IntStream.range(0, loads.size())
                .boxed()
                .sorted(Comparator.comparing(loads::get))
                .limit(CORES_SHOWN)
                .map(core -> percent(Math.max(0, ledger.machine().hrtShare() - loads.get(core))) + " on core " + core)
                .collect(Collectors.joining(", "));
        return loads.size() > CORES_SHOWN ? shown + ", no more on the others" : shown;
    }

    private long cpu() {
        long wanted = contract.compute().cpuMillis();
        long total = ledger.machine().cpuMillis();
        // DT is capped and takes what is left, so only the machine's size bounds it.
        long free = contract.latency() == LatencyClass.DT ? total : ledger.freeCpuMillis();
        if (wanted <= free) {
            return wanted;
        }
        if (flexible() && free >= LEAST_CPU_MILLIS) {
            substitute("cpu", cores(wanted), cores(free), "compute.cpu", "less CPU is free than the contract asks for");
            return free;
        }
        item(
                "cpu",
                cores(wanted),
                cores(Math.max(0, free)) + " free of " + cores(total),
                "compute.cpu",
                wanted > total
                        ? "ask for at most " + cores(total) + ", or set binding: flexible"
                        : "end or pause another agent, or set binding: flexible");
        return wanted;
    }

    private void memory() {
        long wanted = contract.compute().memBytes();
        long free = ledger.freeMemoryBytes();
        if (wanted > free) {
            item(
                    "memory",
                    bytes(wanted),
                    bytes(Math.max(0, free)) + " free of "
                            + bytes(ledger.machine().memoryBytes()),
                    "compute.mem",
                    "lower compute.mem, or end another agent; memory is never over-promised");
        }
    }

    private long gpu() {
        long wanted = contract.compute().gpuMemBytes();
        long free = ledger.freeGpuMemoryBytes();
        if (wanted <= free) {
            return wanted;
        }
        String available = ledger.machine().gpuMemoryBytes() == 0
                ? "no GPU on this machine"
                : bytes(Math.max(0, free)) + " free of "
                        + bytes(ledger.machine().gpuMemoryBytes());
        if (flexible()) {
            substitute("gpu memory", bytes(wanted), "", "compute.gpu_mem", available + "; models run on the CPU");
            return 0;
        }
        item(
                "gpu memory",
                bytes(wanted),
                available,
                "compute.gpu_mem",
                "remove compute.gpu_mem, set binding: flexible, or run on a machine with a GPU");
        return 0;
    }

    private void pids() {
        long wanted = contract.compute().pids();
        long free = ledger.freePids();
        if (wanted > free) {
            item(
                    "pids",
                    String.valueOf(wanted),
                    Math.max(0, free) + " free of " + ledger.machine().pids(),
                    "compute.pids",
                    "lower compute.pids, or end another agent");
        }
    }

    // ------------------------------------------------------------------ models and tools

    private String model() {
        List<String> allowed = contract.modelPolicy().allow();
        if (allowed.isEmpty()) {
            return "";
        }
        Set<String> here = ledger.machine().models();
        for (String name : allowed) {
            if (here.contains(name)
                    && ModelNames.placementAllows(contract.modelPolicy().placement(), name)) {
                if (!name.equals(allowed.getFirst()) && contract.binding() != Binding.STRICT) {
                    substitute("model", allowed.getFirst(), name, "modelPolicy.allow", "the first choice is not here");
                }
                return name;
            }
        }
        if (contract.binding() == Binding.SMOOTH) {
            for (String name : allowed) {
                Optional<String> upgrade = ModelNames.compatibleUpgrade(name, here);
                if (upgrade.isPresent()) {
                    substitute("model", name, upgrade.get(), "modelPolicy.allow", "a version-compatible upgrade");
                    return upgrade.get();
                }
            }
        }
        if (flexible()) {
            for (String name : operatorModels) {
                if (here.contains(name)) {
                    substitute(
                            "model",
                            String.join(" or ", allowed),
                            name,
                            "modelPolicy.allow",
                            "none of the contract's models is here; the operator's list names " + name);
                    return name;
                }
            }
        }
        for (String name : allowed) {
            boolean placed = ModelNames.placementAllows(contract.modelPolicy().placement(), name);
            item(
                    "model",
                    name,
                    placed ? ModelNames.whyMissing(name) : "excluded by modelPolicy.placement",
                    placed ? "modelPolicy.allow" : "modelPolicy.placement",
                    flexible()
                            ? "add a substitute: agentctl model substitute add local/extractive"
                            : "install the model, or set binding: flexible and let the operator list a substitute");
        }
        return "";
    }

    /** Whether the first token can come in time; gives the provider whose queue a soft real-time agent joins. */
    private Optional<String> onset(String model) {
        if (contract.latency() != LatencyClass.SRT || model.isEmpty()) {
            return Optional.empty();
        }
        contract.slo().onset().ifPresent(aim -> {
            switch (firstToken(model, aim.toMillis())) {
                case FirstToken.InTime said -> notes.add(said.words());
                case FirstToken.Unmeasured said -> unmeasured(said, aim.toMillis());
                case FirstToken.Late late -> late(late, model, aim.toMillis());
            }
        });
        return Optional.ofNullable(paces.get(model)).map(Pace::provider);
    }

    private FirstToken firstToken(String model, long aim) {
        return FirstToken.judge(model, Optional.ofNullable(paces.get(model)), ledger, aim);
    }

    /** Only who says strict, and says what is promised, wants no agent of which nothing is known. */
    private void unmeasured(FirstToken.Unmeasured said, long aim) {
        if (contract.binding() == Binding.STRICT && document.says("binding") && document.declares(ONSET)) {
            item("onset", aim + " ms", said.words(), ONSET, said.help() + "; or leave binding: strict out");
        } else {
            notes.add(said.words() + "; " + said.help());
        }
    }

    private void late(FirstToken.Late late, String model, long aim) {
        if (!document.declares(ONSET)) {
            // What the class hopes for is no promise that this contract asks for.
            notes.add(late.words() + ", later than the " + aim + " ms of its class");
        } else if (flexible()) {
            substitute("onset", aim + " ms", late.expected(), ONSET, late.words() + faster(model, aim));
        } else {
            item(
                    "onset",
                    aim + " ms",
                    late.words(),
                    ONSET,
                    late.help() + faster(model, aim) + ", or set binding: flexible");
        }
    }

    /** Another model of the contract that would be in time. */
    private String faster(String model, long aim) {
        return contract.modelPolicy().allow().stream()
                .filter(name -> !name.equals(model) && ledger.machine().models().contains(name))
                .filter(name ->
                        ModelNames.placementAllows(contract.modelPolicy().placement(), name))
                .filter(name -> firstToken(name, aim) instanceof FirstToken.InTime)
                .findFirst()
                .map(name -> ", or list " + name + " first: it would be in time")
                .orElse("");
    }

    private Set<String> tools() {
        Set<String> lost = new LinkedHashSet<>();
        boolean process = contract.runtime() instanceof AgentRuntime.ProcessRuntime;
        for (String capability : contract.capabilities()) {
            if (ledger.machine().tools().contains(capability)
                    || (process && capability.equals("shell.exec"))
                    || capability.equals(Security.NET_CONNECT)) {
                continue;
            }
            if (flexible()) {
                lost.add(capability);
                substitute(
                        "tool", capability, "", "capabilities", "no such tool on this machine; the capability is lost");
            } else {
                item(
                        "tool",
                        capability,
                        "no such tool on this machine",
                        "capabilities",
                        "remove it from capabilities, or set binding: flexible to run without it");
            }
        }
        return lost;
    }

    private void process() {
        if (!(contract.runtime() instanceof AgentRuntime.ProcessRuntime runtime)) {
            return;
        }
        ledger.machine()
                .processAgents()
                .forEach(reason -> item(
                        "sandbox", "process agents", reason, "runtime.process", "see agentctl doctor for the fix"));
        runtime.image()
                .ifPresent(image -> item(
                        "image",
                        image,
                        "no images on this machine",
                        "runtime.process.image",
                        "remove it: the host's own /usr is used, read-only"));
        if (!ledger.machine().processAgents().isEmpty()) {
            return;
        }
        for (Mechanism mechanism : Mechanism.values()) {
            if (ledger.machine().mechanisms().contains(mechanism.hostName)
                    || (mechanism == Mechanism.DOORS && !EgressRules.hasWayOut(contract))) {
                continue;
            }
            if (flexible()) {
                substitute(
                        mechanism.hostName,
                        "enforced",
                        "",
                        mechanism.contractPath,
                        "this host cannot enforce it; see agentctl doctor");
            } else {
                item(
                        mechanism.hostName,
                        "enforced",
                        "this host cannot enforce it",
                        mechanism.contractPath,
                        "see agentctl doctor for the fix, or set binding: flexible to run with this gap");
            }
        }
        if (!contract.filesystem().hold().isEmpty()) {
            item(
                    "held writes of a process",
                    "writes wait for an answer",
                    "system calls of a process cannot be held yet",
                    "filesystem.hold",
                    "remove filesystem.hold, or run it as a managed agent");
        }
        boolean liveWrites = contract.filesystem().write().stream().anyMatch(path -> !path.startsWith("/workspace"));
        if (liveWrites && contract.security().consentFor().contains("fs.write")) {
            item(
                    "consent for writes of a process",
                    "fs.write asks first",
                    "writes of a process outside /workspace cannot be held yet",
                    "security.consent_for",
                    "keep filesystem.write to /workspace, or run it as a managed agent");
        }
    }

    /** Mechanisms that a contract with limits relies on and some hosts lack. */
    private enum Mechanism {
        MEMORY("limit.memory", "compute.mem"),
        PIDS("limit.pids", "compute.pids"),
        CPU("limit.cpu", "compute.cpu"),
        DOORS("doors", "egress.domains");

        private final String hostName;
        private final String contractPath;

        Mechanism(String hostName, String contractPath) {
            this.hostName = hostName;
            this.contractPath = contractPath;
        }
    }

    // ------------------------------------------------------------------ words

    private void item(String resource, String wanted, String available, String path, String help) {
        items.add(new Item(resource, wanted, available, document.lineOf(path).toString(), help));
    }

    private void substitute(String resource, String wanted, String given, String path, String reason) {
        substitutions.add(
                new Substitution(resource, wanted, given, document.lineOf(path).toString(), reason));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    /** CPU as cores, without needless zeros: {@code 2}, {@code 0.5}. */
    static String cores(long millis) {
        return java.math.BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }

    /** Bytes in the largest binary unit that keeps the number readable. */
    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return (value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.1f", value))
                + " " + units[unit];
    }
}
