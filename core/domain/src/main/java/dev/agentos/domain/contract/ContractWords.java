package dev.agentos.domain.contract;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says in plain sentences what a contract allows, for the person who is asked to accept it. */
public final class ContractWords {
    private ContractWords() {}

    /** What the contract allows, most telling first, one sentence each. */
    public static List<String> describe(AgentContract contract) {
        List<String> sentences = new ArrayList<>();
        sentences.add(runs(contract));
        sentences.add(tools(contract));
        asksFirst(contract).ifPresent(sentences::add);
        sentences.addAll(origins(contract.security().origins()));
        sentences.addAll(files(contract.filesystem()));
        sentences.add(
                network(contract.egress(), contract.security().consentFor().contains(Security.NET_CONNECT)));
        sentences.add(models(contract.modelPolicy()));
        sentences.add(data(contract));
        secrets(contract.security()).ifPresent(sentences::add);
        sentences.add(memory(contract.memory()));
        sentences.add(speed(contract));
        sentences.add(compute(contract.compute()));
        sentences.add(budget(contract.budget()));
        sentences.add(restarts(contract.supervision()));
        sentences.add(questions(contract.consent()));
        sentences.add(binding(contract.binding()));
        onRecord(contract.observability()).ifPresent(sentences::add);
        return List.copyOf(sentences);
    }

    private static String runs(AgentContract contract) {
        return switch (contract.runtime()) {
            case AgentRuntime.Managed managed -> managed(contract.name(), managed);
            case AgentRuntime.ProcessRuntime process ->
                process.command().isEmpty()
                        ? contract.name() + " runs the command that it is started with."
                        : contract.name() + " runs the command " + FieldRules.cut(String.join(" ", process.command()))
                                + ".";
        };
    }

    private static String managed(String name, AgentRuntime.Managed managed) {
        int steps = managed.plan().size();
        if (steps > 0) {
            List<String> tools = managed.plan().stream().map(PlanStep::tool).toList();
            return name + " follows a fixed plan of " + count(steps, "step") + ": " + String.join(", then ", tools)
                    + ".";
        }
        return managed.prompt().isPresent()
                ? name + " follows a prompt, and its model chooses among its tools."
                : name + " retrieves and summarises, with the tools that it has.";
    }

    private static String tools(AgentContract contract) {
        return contract.capabilities().isEmpty()
                ? "It may use no tools."
                : "It may use these tools and no others: " + list(contract.capabilities()) + ".";
    }

    private static Optional<String> asksFirst(AgentContract contract) {
        List<String> asks = contract.security().consentFor().stream()
                .filter(contract.capabilities()::contains)
                .toList();
        return asks.isEmpty()
                ? Optional.empty()
                : Optional.of("It asks a person before each use of " + list(asks) + ".");
    }

    private static List<String> origins(OriginRules origins) {
        List<String> sentences = new ArrayList<>();
        switch (origins.check()) {
            case DESTINATIONS -> {}
            case EVERYTHING ->
                sentences.add("Nothing it changes may rest on text that somebody else may have written, unless a person"
                        + " agrees.");
            case OFF -> sentences.add("Nobody checks where the recipients and places of its changes come from.");
        }
        if (origins.onTainted() == OnTainted.REFUSE) {
            sentences.add(
                    "A call whose recipient or place comes from text of somebody else is refused without asking.");
        }
        if (!origins.trustedSources().isEmpty()) {
            sentences.add("What it reads with or from " + list(origins.trustedSources())
                    + " counts as the person's own words.");
        }
        return sentences;
    }

    private static List<String> files(Filesystem filesystem) {
        List<String> sentences = new ArrayList<>();
        sentences.add(
                filesystem.read().isEmpty() && filesystem.write().isEmpty()
                        ? "It sees none of your files, only its own workspace."
                        : "Of your files it may read " + list(concat(filesystem.read(), filesystem.write())) + ".");
        if (!filesystem.write().isEmpty()) {
            sentences.add(
                    "It may change " + list(filesystem.write()) + "; changes are kept only after they are granted.");
        }
        if (!filesystem.hold().isEmpty()) {
            sentences.add("A write to " + list(filesystem.hold()) + " is held until a person answers.");
        }
        return sentences;
    }

    private static String network(Egress egress, boolean asks) {
        String others = asks ? " without asking." : ".";
        return egress.domains().isEmpty()
                ? "It may connect to no site" + others
                : "It may connect to " + list(egress.domains()) + ", and to no other site" + others;
    }

    private static String models(ModelPolicy policy) {
        if (policy.allow().isEmpty()) {
            return "It may use no model.";
        }
        return "It may use " + list(policy.allow()) + ", " + number(policy.maxContextTokens())
                + " tokens of context at most"
                + (policy.placement().isEmpty()
                        ? ", and nowhere is allowed for them to run."
                        : ", running "
                                + either(policy.placement().stream()
                                        .map(ContractWords::place)
                                        .toList()) + ".");
    }

    private static String place(Placement placement) {
        return switch (placement) {
            case ON_PREM -> "on your own machines";
            case EDGE -> "at the edge";
            case CLOUD -> "in the cloud";
        };
    }

    private static String data(AgentContract contract) {
        List<String> scopes = contract.security().dataScopes();
        return scopes.isEmpty()
                ? "It may read no labelled data."
                : "Of labelled data it may read " + list(scopes) + ".";
    }

    private static Optional<String> secrets(Security security) {
        return security.secrets().isEmpty()
                ? Optional.empty()
                : Optional.of("Its tools may use your " + (security.secrets().size() == 1 ? "secret " : "secrets ")
                        + list(security.secrets()) + "; it never sees the value.");
    }

    private static String memory(MemoryPolicy memory) {
        String kept = memory.retentionDays() == 0
                ? "It remembers nothing after a run"
                : "It remembers in \"" + memory.namespace() + "\" for " + count(memory.retentionDays(), "day");
        return kept
                + (memory.rag().requireGrounding()
                        ? ", and answers only with a source."
                        : ", and may answer without a source.");
    }

    private static String speed(AgentContract contract) {
        return switch (contract.latency()) {
            case HRT ->
                "It has hard deadlines: "
                        + contract.schedule()
                                .map(schedule -> FieldRules.millis(schedule.wcet())
                                                .toPlainString()
                                        + " ms of CPU in every "
                                        + FieldRules.millis(schedule.period()).toPlainString()
                                        + " ms are reserved for it.")
                                .orElse("CPU is reserved for it.");
            case SRT ->
                "A person is waiting for it: first output within "
                        + contract.slo().onset().map(Quantities::formatDuration).orElse("the class's limit")
                        + ", a turn within "
                        + contract.slo().turn().map(Quantities::formatDuration).orElse("the class's limit") + ".";
            case DT -> "Nobody waits for it: it runs when the machine has time and may be paused for others.";
        };
    }

    private static String compute(Compute compute) {
        return "It gets at most " + Quantities.formatCpu(compute.cpuMillis()) + " CPU, "
                + Quantities.formatBytes(compute.memBytes()) + " of memory, "
                + (compute.gpuMemBytes() == 0
                        ? "no GPU"
                        : Quantities.formatBytes(compute.gpuMemBytes()) + " of GPU memory")
                + " and " + number(compute.pids()) + " processes; its files may take "
                + Quantities.formatBytes(compute.diskBytes()) + ".";
    }

    private static String budget(Budget budget) {
        return "It stops after " + count(budget.turns(), "turn") + ", " + number(budget.tokens()) + " tokens, "
                + budget.costUsd().toPlainString()
                + (budget.costUsd().compareTo(BigDecimal.ONE) == 0 ? " US dollar, " : " US dollars, ")
                + count(budget.toolCalls(), "tool call") + " or "
                + Quantities.formatDuration(budget.wallTime()) + ", whichever comes first.";
    }

    private static String restarts(Supervision supervision) {
        int max = supervision.restart().max();
        String silent = supervision
                .heartbeat()
                .map(value -> " Silence of " + Quantities.formatDuration(value) + " counts as a failure.")
                .orElse("");
        return switch (supervision.restart().policy()) {
            case NEVER -> "When it stops, it stays stopped." + silent;
            case ON_FAILURE -> "After a failure it is started again, " + count(max, "time") + " at most." + silent;
            case ALWAYS -> "Whenever it stops, it is started again, " + count(max, "time") + " at most." + silent;
        };
    }

    private static String questions(Consent consent) {
        return switch (consent.unattended()) {
            case WAIT ->
                "A question waits up to " + Quantities.formatDuration(consent.maxWait())
                        + " for an answer; no answer means no.";
            case REFUSE -> "While nobody is there, every question is answered no.";
        };
    }

    private static String binding(Binding binding) {
        return switch (binding) {
            case STRICT -> "If this machine cannot keep any part of this, it does not start.";
            case SMOOTH -> "Compatible upgrades are tried on a part of the work first and taken back if they do worse.";
            case FLEXIBLE ->
                "What this machine lacks may be substituted within these limits, and each time is recorded.";
        };
    }

    private static Optional<String> onRecord(Observability observability) {
        return observability.logFields().isEmpty()
                ? Optional.empty()
                : Optional.of("Each record of it holds " + list(observability.logFields()) + ".");
    }

    private static List<String> concat(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        more.stream().filter(entry -> !all.contains(entry)).forEach(all::add);
        return all;
    }

    private static String list(List<String> entries) {
        return joined(entries, "and");
    }

    private static String either(List<String> entries) {
        return joined(entries, "or");
    }

    private static String joined(List<String> entries, String last) {
        List<String> shown = entries.stream().map(FieldRules::cut).toList();
        int size = shown.size();
        return size == 1
                ? shown.getFirst()
                : String.join(", ", shown.subList(0, size - 1)) + " " + last + " " + shown.getLast();
    }

    private static String count(long count, String noun) {
        return number(count) + " " + noun + (count == 1 ? "" : "s");
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
