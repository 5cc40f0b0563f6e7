package dev.agentos.domain.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules that concern more than one field of a contract. */
final class ContractRules {
    /** Folders of the host where a write concerns everybody on it. */
    private static final List<String> SHARED_FOLDERS =
            List.of("/bin", "/boot", "/etc", "/home", "/lib", "/lib64", "/opt", "/root", "/sbin", "/usr", "/var");

    /**
     * A rule that is broken.
     *
     * @param path the field to point at
     * @param involved the sections that the rule read: where one of them could not be read, the finding means nothing
     */
    record Finding(Severity severity, String path, Fault fault, List<String> involved) {}

    /**
     * The fields that rules read; not yet a contract, so that all findings can be told at once.
     *
     * @param planTools the tool of each step of the plan, empty where it could not be read
     */
    record Parts(
            LatencyClass latency,
            Slo slo,
            List<String> capabilities,
            Security security,
            AgentRuntime runtime,
            Filesystem filesystem,
            Egress egress,
            Optional<HrtSchedule> schedule,
            List<String> planTools) {

        /** The tools that a plan calls, step by step. */
        static List<String> planTools(AgentRuntime runtime) {
            return switch (runtime) {
                case AgentRuntime.Managed managed ->
                    managed.plan().stream().map(PlanStep::tool).toList();
                case AgentRuntime.ProcessRuntime _ -> List.of();
            };
        }

        List<Finding> check() {
            List<Finding> found = new ArrayList<>();
            checkClass(this, found);
            checkSlo(this, found);
            checkConsent(this, found);
            checkTools(this, found);
            checkSecrets(this, found);
            checkPaths(this, found);
            checkEgress(this, found);
            return found;
        }
    }

    private ContractRules() {}

    private static void checkClass(Parts parts, List<Finding> found) {
        boolean hard = parts.latency() == LatencyClass.HRT;
        if (hard && parts.runtime() instanceof AgentRuntime.Managed) {
            found.add(error(
                    "class.latency",
                    "hrt-managed",
                    "a managed agent cannot be HRT: it waits on a model, and a model gives no deadline",
                    "choose SRT, or run a program of your own with runtime.process",
                    "class",
                    "runtime"));
        }
        if (hard && parts.schedule().isEmpty()) {
            found.add(error(
                    "class.latency",
                    "hrt-no-schedule",
                    "HRT needs a reservation, and there is no schedule",
                    "add schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 2 } with your figures",
                    "class",
                    "schedule"));
        }
        if (!hard && parts.schedule().isPresent()) {
            found.add(warning(
                    "schedule",
                    "schedule-unused",
                    "the schedule has no effect in class " + parts.latency(),
                    "remove it, or set class.latency to HRT",
                    "class",
                    "schedule"));
        }
    }

    private static void checkSlo(Parts parts, List<Finding> found) {
        Slo limits = Slo.NONE.orDefaultsOf(parts.latency());
        long onset = parts.slo().onset().map(value -> value.toMillis()).orElse(0L);
        long turn = parts.slo().turn().map(value -> value.toMillis()).orElse(0L);
        limits.onset()
                .map(value -> value.toMillis())
                .ifPresent(limit -> looser("onset_ms", onset, limit, parts, found));
        limits.turn().map(value -> value.toMillis()).ifPresent(limit -> looser("turn_ms", turn, limit, parts, found));
        limits.jitterP95Pct()
                .ifPresent(limit ->
                        looser("jitter_p95_pct", parts.slo().jitterP95Pct().orElse(0), limit, parts, found));
    }

    private static void looser(String key, long value, long limit, Parts parts, List<Finding> found) {
        if (value > limit) {
            found.add(warning(
                    "slo." + key,
                    "slo-looser-than-class",
                    key + " is " + value + ", and class " + parts.latency() + " promises " + limit,
                    "lower it to " + limit + ", or choose class DT if nobody waits",
                    "class",
                    "slo"));
        }
    }

    private static void checkConsent(Parts parts, List<Finding> found) {
        List<String> entries = parts.security().consentFor();
        for (int i = 0; i < entries.size(); i++) {
            String entry = entries.get(i);
            if (!parts.capabilities().contains(entry) && !entry.equals(Security.NET_CONNECT)) {
                found.add(warning(
                        "security.consent_for[" + i + "]",
                        "consent-not-capability",
                        "\"" + entry + "\" is not in capabilities, so it stays forbidden: consent_for never grants",
                        Suggestions.didYouMean(entry, parts.capabilities())
                                .orElse("add it to capabilities if the agent may use it after asking"),
                        "capabilities",
                        "security"));
            }
        }
    }

    private static void checkTools(Parts parts, List<Finding> found) {
        for (int i = 0; i < parts.planTools().size(); i++) {
            String tool = parts.planTools().get(i);
            if (!tool.isEmpty() && !parts.capabilities().contains(tool)) {
                found.add(error(
                        "runtime.managed.plan[" + i + "].tool",
                        "tool-not-capability",
                        "the plan calls \"" + tool + "\", which is not in capabilities",
                        Suggestions.didYouMean(tool, parts.capabilities()).orElse("add it to capabilities"),
                        "capabilities"));
            }
        }
    }

    private static void checkSecrets(Parts parts, List<Finding> found) {
        if (!(parts.runtime() instanceof AgentRuntime.Managed managed)) {
            return;
        }
        for (int i = 0; i < managed.plan().size(); i++) {
            for (Template.Reference reference :
                    Template.references(managed.plan().get(i).with())) {
                if (reference instanceof Template.SecretReference secret
                        && !parts.security().secrets().contains(secret.name())) {
                    found.add(error(
                            "runtime.managed.plan[" + i + "].with",
                            "secret-not-declared",
                            "the step uses the secret \"" + secret.name() + "\", which security.secrets does not list",
                            Suggestions.didYouMean(
                                            secret.name(), parts.security().secrets())
                                    .orElse("add it to security.secrets if the agent's tools may use it"),
                            "runtime",
                            "security"));
                }
            }
        }
    }

    private static void checkPaths(Parts parts, List<Finding> found) {
        Filesystem filesystem = parts.filesystem();
        for (int i = 0; i < filesystem.hold().size(); i++) {
            String path = filesystem.hold().get(i);
            if (filesystem.write().stream().noneMatch(folder -> SandboxPaths.isUnder(path, folder))) {
                found.add(error(
                        "filesystem.hold[" + i + "]",
                        "hold-not-write",
                        "\"" + FieldRules.cut(path) + "\" is not inside a path in write, so there is no write to hold",
                        "add the path to filesystem.write, or remove it here",
                        "filesystem"));
            }
        }
        for (int i = 0; i < filesystem.write().size(); i++) {
            String path = filesystem.write().get(i);
            if (SHARED_FOLDERS.contains(path)) {
                found.add(warning(
                        "filesystem.write[" + i + "]",
                        "broad-path",
                        "\"" + path + "\" belongs to the whole machine",
                        "name the folder inside it that the agent needs",
                        "filesystem"));
            }
        }
    }

    private static void checkEgress(Parts parts, List<Finding> found) {
        List<String> domains = parts.egress().domains();
        for (int i = 0; i < domains.size(); i++) {
            String host = domains.get(i).split(":", 2)[0];
            boolean local = host.equals("localhost") || host.startsWith("127.");
            boolean inside = host.startsWith("10.") || host.startsWith("192.168.") || host.startsWith("169.254.");
            if (local || (inside && Character.isDigit(host.charAt(host.length() - 1)))) {
                found.add(warning(
                        "egress.domains[" + i + "]",
                        "private-address",
                        "\"" + domains.get(i) + "\" leads to " + (local ? "this machine itself" : "the local network"),
                        "remove it unless the agent must reach a service there",
                        "egress"));
            }
        }
    }

    private static Finding error(String path, String code, String message, String next, String... involved) {
        return new Finding(Severity.ERROR, path, new Fault(code, message, next), List.of(involved));
    }

    private static Finding warning(String path, String code, String message, String next, String... involved) {
        return new Finding(Severity.WARNING, path, new Fault(code, message, next), List.of(involved));
    }
}
