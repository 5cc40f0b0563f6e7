package dev.agentos.domain.doctor;

import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Mechanism;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what is known about a host into findings. Pure: the same facts give the same findings. */
public final class Doctor {

    /** Loads the shipped AppArmor profile, which lets this one program make user namespaces. */
    static final String LOAD_PROFILE = "sudo install -m 0644 installer/src/main/apparmor/agentos-execd"
            + " /etc/apparmor.d/agentos-execd && sudo apparmor_parser -r /etc/apparmor.d/agentos-execd";

    private static final String DELEGATE = "sudo mkdir -p /etc/systemd/system/user@.service.d && printf"
            + " '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee"
            + " /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl daemon-reload; then log in again";

    private static final String UNIFIED = "boot with systemd.unified_cgroup_hierarchy=1: sudo sed -i"
            + " 's/^GRUB_CMDLINE_LINUX=\"/&systemd.unified_cgroup_hierarchy=1 /' /etc/default/grub && sudo update-grub;"
            + " then restart";

    private static final String AS_SERVICE = "run the broker as a system service: sudo ./agentos up";

    private static final Pattern ABI = Pattern.compile("ABI (\\d+)");

    /** Fields of a contract that rest on a mechanism. */
    private static final Map<String, List<String>> LINES = lines();

    private final HostFacts facts;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    private Doctor(HostFacts facts) {
        this.facts = facts;
    }

    /** Every finding, gaps first within their subject. */
    public static List<Finding> examine(HostFacts facts) {
        return new Doctor(facts).findings();
    }

    /** The fields of a contract that rest on a mechanism; the process section for what is mandatory. */
    public static List<String> contractLines(String mechanism) {
        return LINES.getOrDefault(mechanism, List.of("runtime.process"));
    }

    private static Map<String, List<String>> lines() {
        Map<String, List<String>> map = new LinkedHashMap<>();
        map.put("limit.memory", List.of("compute.mem"));
        map.put("limit.swap", List.of("compute.mem"));
        map.put("limit.pids", List.of("compute.pids"));
        map.put("limit.cpu", List.of("compute.cpu"));
        map.put("limit.open_files", List.of("compute.open_files"));
        map.put("limit.io", List.of("compute.io"));
        map.put("limit.deleted_files", List.of("compute.disk"));
        map.put("doors", List.of("egress.domains", "security.consent_for"));
        map.put("egress.proxy", List.of("egress.domains", "security.consent_for"));
        map.put("egress.no_route", List.of("egress.domains"));
        map.put("namespace.net", List.of("runtime.process", "egress.domains"));
        map.put("landlock", List.of("runtime.process", "filesystem.read", "filesystem.write"));
        map.put("root.readonly", List.of("runtime.process", "filesystem.write"));
        map.put("schedule.deadline", List.of("class.latency", "schedule"));
        map.put("schedule.locked_memory", List.of("class.latency"));
        map.put("count.deadline_overruns", List.of("schedule"));
        for (String name : List.of("schedule.weight", "schedule.slice", "schedule.burst", "schedule.idle")) {
            map.put(name, List.of("class.latency"));
        }
        return map;
    }

    private List<Finding> findings() {
        if (facts.host().isEmpty()) {
            findings.add(new Finding(
                    "broker.unavailable",
                    Finding.GAP,
                    List.of(),
                    "the sandbox broker does not answer: " + facts.trouble(),
                    "no process agent can run; managed agents can",
                    List.of("runtime.process"),
                    "./agentos build, then ./agentos up; its log is execd.log in the run directory"));
            userNamespaces(Optional.empty());
            return List.copyOf(findings);
        }
        Sandbox.Host host = facts.host().get();
        userNamespaces(host.mechanism("namespace.user"));
        landlock(host);
        cgroups(host);
        swap(host);
        deadline(host);
        ownUid(host);
        mode(host);
        for (Mechanism mechanism : host.mechanisms()) {
            if (!mechanism.available() && !told.contains(mechanism.name())) {
                rest(mechanism);
            }
        }
        long missing = host.mechanisms().stream().filter(m -> !m.available()).count();
        findings.add(new Finding(
                "mechanisms",
                missing == 0 ? Finding.OK : Finding.NOTE,
                List.of(),
                host.mechanisms().size() - missing + " of " + host.mechanisms().size()
                        + " mechanisms work here, each tried by the broker",
                missing == 0 ? "nothing is missing" : "the findings above say what follows from the others",
                List.of(),
                ""));
        return List.copyOf(findings);
    }

    private void add(
            String code,
            String state,
            List<String> mechanisms,
            String what,
            String consequence,
            List<String> lines,
            String fix) {
        told.addAll(mechanisms);
        findings.add(new Finding(code, state, mechanisms, what, consequence, lines, fix));
    }

    // ------------------------------------------------------------------ namespaces

    private void userNamespaces(Optional<Mechanism> mechanism) {
        boolean missing = mechanism.map(found -> !found.available()).orElse(true);
        List<String> names = List.of("namespace.user");
        if (facts.is("kernel.apparmor_restrict_unprivileged_userns", "1")) {
            boolean loaded = facts.profile().orElse(false);
            add(
                    "userns.apparmor",
                    missing && !loaded && (facts.unprivileged() || facts.host().isEmpty()) ? Finding.GAP : Finding.NOTE,
                    missing ? names : List.of(),
                    "kernel.apparmor_restrict_unprivileged_userns=1 (Ubuntu 24.04 and later): AppArmor takes user namespaces"
                            + " from programs without a profile; the profile of agentos-execd is "
                            + (loaded ? "loaded" : facts.profile().isPresent() ? "not loaded" : "not seen"),
                    missing
                            ? "without privilege no sandbox can be built: process agents are refused"
                            : "the broker is not held back by it now",
                    missing ? List.of("runtime.process") : List.of(),
                    loaded ? "" : LOAD_PROFILE);
            return;
        }
        if (mechanism.isEmpty() || !missing) {
            return;
        }
        if (facts.is("kernel.unprivileged_userns_clone", "0")) {
            gap(
                    "userns.switched-off",
                    names,
                    "kernel.unprivileged_userns_clone=0",
                    "sudo sysctl -w kernel.unprivileged_userns_clone=1; to keep it: echo kernel.unprivileged_userns_clone=1"
                            + " | sudo tee /etc/sysctl.d/60-agentos.conf");
        } else if (facts.is("user.max_user_namespaces", "0")) {
            gap(
                    "userns.none-left",
                    names,
                    "user.max_user_namespaces=0",
                    "sudo sysctl -w user.max_user_namespaces=15000; to keep it: echo user.max_user_namespaces=15000 | sudo"
                            + " tee /etc/sysctl.d/60-agentos.conf");
        } else {
            gap(
                    "userns.refused",
                    names,
                    mechanism.get().detail(),
                    "in a container: allow user namespaces (Docker: --security-opt seccomp=unconfined --security-opt"
                            + " apparmor=unconfined), or " + AS_SERVICE);
        }
    }

    private void gap(String code, List<String> mechanisms, String what, String fix) {
        add(
                code,
                Finding.GAP,
                mechanisms,
                what,
                "no sandbox can be built: process agents are refused",
                List.of("runtime.process"),
                fix);
    }

    private void landlock(Sandbox.Host host) {
        Optional<Mechanism> landlock = host.mechanism("landlock");
        if (landlock.isEmpty()) {
            return;
        }
        if (!landlock.get().available()) {
            boolean off = landlock.get().detail().contains("lsm=");
            gap(
                    "landlock.missing",
                    List.of("landlock"),
                    landlock.get().detail(),
                    off
                            ? "add landlock to the kernel's lsm= parameter: cat /sys/kernel/security/lsm, then put"
                                    + " lsm=landlock,… into GRUB_CMDLINE_LINUX, sudo update-grub, restart"
                            : "install a kernel of 5.13 or later with CONFIG_SECURITY_LANDLOCK");
            return;
        }
        Matcher abi = ABI.matcher(landlock.get().detail());
        if (abi.find() && Integer.parseInt(abi.group(1)) < 6) {
            int version = Integer.parseInt(abi.group(1));
            add(
                    "landlock.old",
                    Finding.NOTE,
                    List.of("landlock"),
                    "Landlock " + abi.group() + " on kernel " + facts.kernel(),
                    (version < 4 ? "TCP is stopped by the network namespace alone (rules for it need ABI 4); " : "")
                            + "signals and abstract sockets are stopped by namespaces alone (scopes need ABI 6)",
                    List.of("egress.domains"),
                    "a kernel of 6.12 or later has them");
        }
    }

    // ------------------------------------------------------------------ limits

    private void cgroups(Sandbox.Host host) {
        List<String> missing = List.of("limit.memory", "limit.pids", "limit.cpu", "limit.io").stream()
                .filter(name -> host.mechanism(name).map(m -> !m.available()).orElse(false))
                .toList();
        if (missing.isEmpty()) {
            if (facts.cgroups().equals("v1") || facts.cgroups().equals("hybrid")) {
                add(
                        "cgroup.version",
                        Finding.NOTE,
                        List.of(),
                        "cgroups are " + facts.cgroups() + ": the limits use version 1",
                        "every limit holds; pressure figures and the kill of a whole group may be missing",
                        List.of(),
                        UNIFIED);
            }
            return;
        }
        List<String> lines = missing.stream()
                .flatMap(name -> contractLines(name).stream())
                .distinct()
                .toList();
        String details = missing.stream()
                .map(name -> name + ": "
                        + host.mechanism(name).map(Mechanism::detail).orElse(""))
                .reduce((one, two) -> one + "; " + two)
                .orElse("");
        boolean onlyIo = missing.equals(List.of("limit.io"));
        String fix;
        String code;
        if (facts.cgroups().equals("none")) {
            code = "cgroup.none";
            fix = "sudo mount -t cgroup2 none /sys/fs/cgroup";
        } else if (facts.unprivileged() && facts.cgroups().equals("v2")) {
            code = "cgroup.delegation";
            fix = facts.systemd() ? DELEGATE : AS_SERVICE;
        } else if (facts.unprivileged()) {
            code = "cgroup.version";
            fix = UNIFIED + "; or " + AS_SERVICE;
        } else {
            code = "cgroup.controllers";
            fix = facts.cgroups().equals("v2")
                    ? "enable them above the service: echo '+cpu +io +memory +pids' | sudo tee"
                            + " /sys/fs/cgroup/cgroup.subtree_control"
                    : UNIFIED;
        }
        add(
                code,
                onlyIo ? Finding.NOTE : Finding.GAP,
                missing,
                details,
                onlyIo
                        ? "no limit on reading and writing of devices"
                        : "contracts with strict or smooth binding are refused at these lines; flexible ones run without"
                                + " the limits and say so",
                lines,
                fix);
    }

    private void swap(Sandbox.Host host) {
        Optional<Mechanism> limit = host.mechanism("limit.swap");
        if (limit.isEmpty() || limit.get().available()) {
            return;
        }
        add(
                "swap",
                facts.swap() ? Finding.GAP : Finding.NOTE,
                List.of("limit.swap"),
                (facts.swap() ? "swap is in use, and " : "no swap is in use; ")
                        + "the use of swap cannot be limited here ("
                        + limit.get().detail() + ")",
                facts.swap()
                        ? "an agent may take compute.mem and as much of the swap as there is"
                        : "nothing follows now",
                facts.swap() ? List.of("compute.mem") : List.of(),
                facts.swap() ? "sudo swapoff -a, or boot with swapaccount=1 (cgroup v1)" : "");
    }

    // ------------------------------------------------------------------ classes, identities, the mode

    private void deadline(Sandbox.Host host) {
        Optional<Mechanism> deadline = host.mechanism("schedule.deadline");
        if (deadline.isEmpty() || deadline.get().available()) {
            return;
        }
        add(
                "schedule.deadline",
                Finding.GAP,
                List.of("schedule.deadline"),
                "SCHED_DEADLINE is not to be had: " + deadline.get().detail(),
                "contracts of class HRT cannot be honoured; SRT and DT are not concerned",
                contractLines("schedule.deadline"),
                facts.unprivileged()
                        ? AS_SERVICE + " (it needs CAP_SYS_NICE)"
                        : "sudo sysctl -w kernel.sched_rt_runtime_us=950000, and run no other deadline tasks");
    }

    private void ownUid(Sandbox.Host host) {
        Optional<Mechanism> own = host.mechanism("identity.own_uid");
        if (own.isEmpty() || own.get().available()) {
            return;
        }
        add(
                "identity.own_uid",
                Finding.NOTE,
                List.of("identity.own_uid"),
                "agents share one user id on the host: " + own.get().detail(),
                "files that two agents may both write are not kept apart by their owner; the namespaces still keep the"
                        + " agents apart",
                List.of(),
                facts.unprivileged()
                        ? AS_SERVICE
                        : "use a file system with idmapped mounts (ext4, xfs, btrfs, tmpfs from kernel 6.3) for the state"
                                + " directory");
    }

    private void mode(Sandbox.Host host) {
        if (!facts.unprivileged()) {
            return;
        }
        add(
                "mode.unprivileged",
                Finding.NOTE,
                List.of(),
                "the broker runs as this user, in mode " + host.mode(),
                "one user id for all agents, limits only as far as this user's systemd delegates them, and this user's other"
                        + " programs are not kept out",
                List.of(),
                AS_SERVICE);
    }

    private void rest(Mechanism mechanism) {
        boolean counted = mechanism.name().startsWith("count.");
        boolean prompt = mechanism.name().equals("wake.latency");
        boolean comfort = counted
                || prompt
                || mechanism.name().startsWith("schedule.")
                || mechanism.name().startsWith("namespace.cgroup");
        add(
                mechanism.name(),
                comfort ? Finding.NOTE : Finding.GAP,
                List.of(mechanism.name()),
                mechanism.name() + " is missing: " + mechanism.detail(),
                counted
                        ? "it is not counted, and shown as unknown"
                        : prompt
                                ? "agents start and end a fraction of a millisecond later"
                                : comfort
                                        ? "the class is honoured less well"
                                        : "contracts that need it are refused, or run without it where their binding is flexible",
                contractLines(mechanism.name()),
                mechanism.name().equals("doors")
                        ? "./agentos build, then restart the broker: this one is older than the service"
                        : facts.unprivileged() ? AS_SERVICE : "see the reason; it names what the kernel lacks");
    }
}
