package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.tools.CallOutcome;
import dev.agentos.agentd.tools.Task;
import dev.agentos.agentd.tools.TaskRecord;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.bridge.wire.TaskWire;
import dev.agentos.bridge.wire.TaskWire.CallView;
import dev.agentos.domain.budget.Spending;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.Unattended;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.Provenance;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.Tracer;
import dev.agentos.domain.port.Journal.Trace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Tool calls of agents that decide by themselves, and of people: each belongs to a task, whose words and scope a person
 * gave before anything was read.
 */
public final class TaskCalls {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,47}");
    private static final int MAX_TEXT = 64 * 1024;
    private static final long USUAL_WAIT_MS = 30_000;
    private static final long LONGEST_WAIT_MS = 600_000;

    private final AgentBook book;
    private final ToolGateway gateway;
    private final List<Path> serviceFolders;
    private final BooleanSupplier watched;

    public TaskCalls(AgentBook book, ToolGateway gateway, List<Path> serviceFolders, BooleanSupplier watched) {
        this.book = book;
        this.gateway = gateway;
        this.serviceFolders = List.copyOf(serviceFolders);
        this.watched = watched;
    }

    // ------------------------------------------------------------------ tasks

    /** Begins a task of the agent's current run. */
    public TaskWire.TaskView begin(Trace trace, String id, TaskWire.Begin request, String by) {
        AgentRecord agent = running(id);
        String key = key(request.key());
        if (request.text().length() > MAX_TEXT) {
            throw bad("request.size", "the text is longer than " + MAX_TEXT + " characters", "text", "say it shorter");
        }
        if (request.limits().values().stream().anyMatch(limit -> limit < 0)) {
            throw bad("request.body", "a limit of calls is below 0", "limits", "use 0 or more");
        }
        Task task = gateway.tasks()
                .begin(
                        trace,
                        agent.run() + "." + key,
                        id,
                        agent.run(),
                        by,
                        request.text(),
                        request.tools(),
                        request.limits());
        return view(task);
    }

    public TaskWire.Tasks list(String id) {
        book.get(id);
        return new TaskWire.Tasks(
                gateway.tasks().of(id).stream().map(TaskCalls::view).toList());
    }

    public TaskWire.TaskView show(String id, String task) {
        return view(taskOf(id, task));
    }

    public TaskWire.TaskView end(Trace trace, String id, String task) {
        Task found = taskOf(id, task);
        gateway.tasks().end(trace, found);
        return view(found);
    }

    private Task taskOf(String agent, String id) {
        book.get(agent);
        Task task = gateway.tasks().get(id);
        if (!task.record().agent().equals(agent)) {
            throw ServiceException.notFound("task", id, "see the tasks of " + agent);
        }
        return task;
    }

    private static TaskWire.TaskView view(Task task) {
        TaskRecord record = task.record();
        Labels labels = task.knowledge().labels();
        return new TaskWire.TaskView(
                record.id(),
                record.agent(),
                record.run(),
                record.by(),
                record.text(),
                record.tools().isPresent() ? "declared" : "open",
                record.tools().orElse(List.of()),
                record.limits(),
                record.calls(),
                record.denied().size(),
                labels.untrusted(),
                labels.secret(),
                task.knowledge().untrustedSources(),
                record.ended());
    }

    // ------------------------------------------------------------------ calls

    /** Calls a tool. The same key and arguments again find what became of the call, and never does it twice. */
    public CallView call(Trace trace, String id, String tool, TaskWire.ToolCall request, String by)
            throws InterruptedException {
        AgentRecord agent = running(id);
        ContractDocument document = book.document(id);
        Task task = task(trace, agent, request.task(), by);
        if (task.record().ended()) {
            throw conflict("task.ended", "the task " + task.id() + " is over", task.id(), "begin another one");
        }
        // An ask and its answer belong to these very arguments: other ones under the same key are another call.
        String step = stepOf(agent, task) + key(request.key()) + Task.ARGUMENTS + digest(request.arguments());
        Optional<Spending.Exceeded> exceeded = Spending.ofTools(agent.toolCalls() + 1, Duration.ZERO)
                .beyond(document.contract().budget());
        if (exceeded.isPresent()) {
            return refused(
                    tool,
                    "budget.exceeded",
                    exceeded.get().limit() + " is used up: " + exceeded.get().used() + " of "
                            + exceeded.get().allowed(),
                    document.lineOf(exceeded.get().limit()).toString(),
                    "raise it in the contract, if this agent should go on");
        }
        long wait = Math.clamp(request.waitMs().orElse(USUAL_WAIT_MS), 0, LONGEST_WAIT_MS);
        CallOutcome outcome = gateway.call(
                caller(trace, agent, document, task, request.person()),
                step,
                tool,
                request.arguments(),
                request.reason().orElse(""),
                new Patience(Duration.ofMillis(wait)));
        if (outcome instanceof CallOutcome.Done) {
            book.decide(trace, draft -> draft.put(book.get(id).withToolCall())).await();
        }
        return view(tool, outcome);
    }

    /** The decision on a call and what it rests on, without doing anything. */
    public TaskWire.Considered explain(Trace trace, String id, String tool, TaskWire.ToolCall request) {
        AgentRecord agent = book.get(id);
        ContractDocument document = book.document(id);
        Task task = request.task()
                .map(wanted -> taskOf(id, wanted))
                .orElseGet(() -> gateway.tasks().find(agent.run()).orElseGet(() -> Task.none(id, agent.run(), "")));
        ToolGateway.Considered considered =
                gateway.explain(caller(trace, agent, document, task, request.person()), tool, request.arguments());
        Decision decision = considered.decision();
        Optional<ToolDescriptor> descriptor = gateway.descriptors().stream()
                .filter(known -> known.name().equals(tool))
                .findFirst();
        return new TaskWire.Considered(
                id,
                tool,
                request.task().orElse(""),
                decision.word(),
                decision.code(),
                decision.reason(),
                decision.contractLine(),
                decision instanceof Decision.Refused refused ? refused.next() : "",
                considered.target(),
                considered.circumstances().origins().stream()
                        .map(origin -> new TaskWire.OriginView(
                                origin.argument(),
                                origin.value(),
                                origin.role().name().toLowerCase(java.util.Locale.ROOT),
                                origin.provenance().word(),
                                origin.source()))
                        .toList(),
                descriptor
                        .map(known -> known.reads().stream()
                                .sorted()
                                .map(label -> label.word())
                                .toList())
                        .orElse(List.of()),
                descriptor.map(known -> known.writes().whole().words()).orElse(List.of()));
    }

    /** Without a task nothing of the person's is known, so every value of a call is of unknown origin. */
    private Task task(Trace trace, AgentRecord agent, Optional<String> wanted, String by) {
        return wanted.map(id -> taskOf(agent.id(), id))
                .orElseGet(() -> gateway.tasks()
                        .begin(trace, agent.run(), agent.id(), agent.run(), by, "", Optional.empty(), Map.of()));
    }

    /** Steps of different tasks have different names. */
    private static String stepOf(AgentRecord agent, Task task) {
        return task.id().equals(agent.run())
                ? ""
                : task.id().substring(agent.run().length() + 1) + ".";
    }

    private ToolGateway.Caller caller(
            Trace trace, AgentRecord agent, ContractDocument document, Task task, boolean person) {
        AgentContract contract = document.contract();
        return new ToolGateway.Caller(
                agent.id(),
                agent.run(),
                contract.name(),
                ContractRules.of(document, agent, serviceFolders),
                ContractRules.place(document, agent, serviceFolders),
                trace,
                contract.consent().maxWait(),
                contract.consent().unattended() == Unattended.REFUSE && !watched.getAsBoolean(),
                task,
                person ? Optional.of(new ByPerson(task.knowledge())) : Optional.empty());
    }

    /** A person wrote every argument. */
    private record ByPerson(Tracer shown) implements Tracer {
        @Override
        public Found find(String argument, String value) {
            return new Found(Provenance.PERSON, "the person's call");
        }

        @Override
        public String person() {
            return "";
        }

        @Override
        public Optional<String> secretIn(String value) {
            return shown.secretIn(value);
        }
    }

    private record Patience(Duration limit) implements ToolGateway.Waiting {
        @Override
        public void begins(AskRecord ask) {}

        @Override
        public void ends() {}

        @Override
        public Optional<Duration> patience() {
            return Optional.of(limit);
        }
    }

    /** The code of a result that was given and that the content filter warns of. */
    private static final String SUSPECTED = "content.suspected";

    private static CallView view(String tool, CallOutcome outcome) {
        return switch (outcome) {
            case CallOutcome.Done done ->
                new CallView(
                        "done",
                        tool,
                        done.warning().isEmpty() ? "" : SUSPECTED,
                        done.warning(),
                        "",
                        "",
                        done.output(),
                        done.labels().words(),
                        done.labels().untrusted(),
                        "");
            case CallOutcome.Refused refused ->
                refused(
                        tool,
                        refused.decision().code(),
                        refused.decision().reason(),
                        refused.decision().contractLine(),
                        refused.decision().next());
            case CallOutcome.NotConsented no ->
                without(
                        "not-consented",
                        tool,
                        "consent." + no.status(),
                        "it was not allowed: " + no.status() + (no.by().isEmpty() ? "" : " by " + no.by()),
                        "ask the person what they want instead",
                        "");
            case CallOutcome.StillAsking asking ->
                without(
                        "asking",
                        tool,
                        "consent.open",
                        "a person has not answered yet",
                        "make the same call again, with the same key",
                        asking.ask());
            case CallOutcome.Failed failed ->
                without("failed", tool, failed.code(), failed.message(), failed.next(), "");
            case CallOutcome.InDoubt doubt ->
                without(
                        "in-doubt",
                        tool,
                        "effect.in-doubt",
                        doubt.message(),
                        "look at what the tool acts on; it is not repeated",
                        "");
        };
    }

    private static CallView refused(String tool, String code, String reason, String line, String next) {
        return new CallView("refused", tool, code, reason, line, next, Map.of(), List.of(), false, "");
    }

    private static CallView without(String outcome, String tool, String code, String reason, String next, String ask) {
        return new CallView(outcome, tool, code, reason, "", next, Map.of(), List.of(), false, ask);
    }

    private AgentRecord running(String id) {
        AgentRecord agent = book.get(id);
        if (agent.state() != AgentState.RUNNING) {
            throw conflict(
                    "agent.state",
                    id + " is " + agent.state().word() + " and calls no tools",
                    id,
                    "resume it, or start another one");
        }
        return agent;
    }

    private static String digest(Map<String, Object> arguments) {
        try {
            return Digests.sha256Hex(CanonicalJson.bytes(arguments)).substring(0, 32);
        } catch (IllegalArgumentException e) {
            throw bad(
                    "request.value",
                    "an argument cannot be recorded: " + e.getMessage(),
                    "arguments",
                    "send whole Unicode characters, and numbers that a JSON reader keeps exactly");
        }
    }

    private static String key(String key) {
        if (!KEY.matcher(key).matches()) {
            throw bad(
                    "request.key",
                    "\"" + key + "\" is no key",
                    "key",
                    "use up to 48 letters, digits, '_' and '-', beginning with a letter or digit");
        }
        return key;
    }

    private static ServiceException bad(String code, String message, String place, String next) {
        return new ServiceException(ServiceException.Kind.BAD_REQUEST, code, message, place, next);
    }

    private static ServiceException conflict(String code, String message, String place, String next) {
        return new ServiceException(ServiceException.Kind.CONFLICT, code, message, place, next);
    }
}
