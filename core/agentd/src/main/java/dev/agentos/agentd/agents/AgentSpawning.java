package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ContractWire.SubstitutionView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.admission.Admission;
import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Pace;
import dev.agentos.domain.admission.Verdict;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.admission.Verdict.Substitution;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.lifecycle.AgentTrigger;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From a request to an agent: the contract is read, admitted, and the promise recorded. Nothing runs yet. */
final class AgentSpawning {

    private final AgentBook book;
    private final TimeSource time;
    private final Path agentsDirectory;
    private final Paces paces;

    AgentSpawning(AgentBook book, TimeSource time, Path agentsDirectory, Paces paces) {
        this.paces = paces;
        this.book = book;
        this.time = time;
        this.agentsDirectory = agentsDirectory;
    }

    /**
     * What became of a request.
     *
     * @param fresh whether the agent is new; otherwise the key was known and there is nothing to start
     */
    record Spawned(AgentRecord agent, boolean fresh, AgentBook.Decided<?> decided) {}

    /** What a decision came to, with the reasons where it was no. */
    private sealed interface Outcome {
        record Known(AgentRecord agent) implements Outcome {}

        record Admitted(AgentRecord agent) implements Outcome {}

        record Rejected(List<Map<String, Object>> items) implements Outcome {}
    }

    /** Parses and admits. What is refused is thrown once the refusal is on the disk. */
    Spawned spawn(Trace trace, Spawn request, String by, List<String> substitutes) {
        ContractDocument document =
                parse(request.source(), request.contract(), request.latency(), request.binding(), request.command());
        refuseWhatCannotRun(document);
        Map<String, Object> arguments = arguments(request, document);
        Map<String, Pace> measured = paces.of(document, substitutes);
        var decided =
                book.decide(trace, draft -> decide(draft, request, document, arguments, by, substitutes, measured));
        return switch (decided.result()) {
            case Outcome.Known known -> new Spawned(known.agent(), false, decided);
            case Outcome.Admitted admitted -> {
                if (decided.isRefused()) {
                    decided.await();
                }
                yield new Spawned(admitted.agent(), true, decided);
            }
            case Outcome.Rejected rejected -> {
                decided.await();
                throw rejected(document, rejected.items());
            }
        };
    }

    private Outcome decide(
            AgentBook.Draft draft,
            Spawn request,
            ContractDocument document,
            Map<String, Object> arguments,
            String by,
            List<String> substitutes,
            Map<String, Pace> measured) {
        Optional<AgentRecord> raced = book.bySpawnKey(request.key());
        if (raced.isPresent()) {
            return new Outcome.Known(raced.get());
        }
        draft.event(new Event.CommandReceived("spawn", request.key(), by, "", arguments));
        return switch (Admission.decide(document, book.ledger(), substitutes, measured)) {
            case Verdict.Admitted a ->
                new Outcome.Admitted(
                        admit(draft, request, document, "admitted", a.bound(), a.reservation(), List.of(), a.notes()));
            case Verdict.Substituted s ->
                new Outcome.Admitted(admit(
                        draft,
                        request,
                        document,
                        "substituted",
                        s.bound(),
                        s.reservation(),
                        s.substitutions(),
                        s.notes()));
            case Verdict.Rejected r -> {
                List<Map<String, Object>> items =
                        r.items().stream().map(WireJson::toMap).toList();
                draft.event(new Event.AdmissionRejected(document.contract().name(), document.digest(), items))
                        .event(new Event.CommandFinished(
                                "spawn", request.key(), "", "refused", "admission.rejected", Map.of()));
                yield new Outcome.Rejected(items);
            }
        };
    }

    /** The contract of a request, or the error with every problem. */
    static ContractDocument parse(
            String source, String text, Optional<String> latency, Optional<String> binding, List<String> command) {
        return switch (AgentBook.override(ParsedContracts.parse(text, source), latency, binding, command)) {
            case ParseOutcome.Parsed parsed -> parsed.document();
            case ParseOutcome.Invalid invalid ->
                throw new ServiceException(
                        ServiceException.Kind.REFUSED,
                        "contract.invalid",
                        source + " has " + invalid.problems().size() + " problem"
                                + (invalid.problems().size() == 1 ? "" : "s"),
                        source,
                        "correct them; see agentctl contract validate",
                        invalid.problems().stream()
                                .map(Contracts::problem)
                                .map(WireJson::toMap)
                                .toList());
        };
    }

    private static void refuseWhatCannotRun(ContractDocument document) {
        AgentContract contract = document.contract();
        if (ModelConversation.isFor(contract) && contract.modelPolicy().allow().isEmpty()) {
            throw new ServiceException(
                    ServiceException.Kind.REFUSED,
                    "runtime.no-model",
                    "a prompt without a plan needs a model, and the contract allows none",
                    document.lineOf("runtime.managed.prompt").toString(),
                    "name one in modelPolicy.allow, or give it a plan");
        }
        if (contract.runtime() instanceof AgentRuntime.ProcessRuntime process
                && process.command().isEmpty()) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "runtime.no-command",
                    "the contract names no command",
                    document.lineOf("runtime.process").toString(),
                    "give one: agentctl run --contract FILE -- COMMAND");
        }
    }

    private static Map<String, Object> arguments(Spawn request, ContractDocument document) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("contract", document.contract().name());
        arguments.put("digest", document.digest());
        request.latency().ifPresent(value -> arguments.put("class", value));
        request.binding().ifPresent(value -> arguments.put("binding", value));
        if (!request.command().isEmpty()) {
            arguments.put("command_sha256", ProcessAgents.commandDigest(request.command()));
        }
        return arguments;
    }

    private AgentRecord admit(
            AgentBook.Draft draft,
            Spawn request,
            ContractDocument document,
            String verdict,
            Bound bound,
            Reservation reservation,
            List<Substitution> substitutions,
            List<String> notes) {
        AgentContract contract = document.contract();
        String id = book.nextId(contract.name());
        boolean managed = contract.runtime() instanceof AgentRuntime.Managed;
        List<AgentRecord.Step> steps = ContractRules.plan(contract, bound.capabilities(), request.input()).stream()
                .map(step -> new AgentRecord.Step(step.id(), step.tool(), AgentRecord.Step.PENDING, ""))
                .toList();
        ContractRules.filesystem(contract, request.input());
        AgentRecord queued = new AgentRecord(
                id,
                contract.name(),
                request.key(),
                request.source(),
                Digests.sha256Hex(request.contract()),
                request.latency(),
                request.binding(),
                request.command(),
                request.input(),
                request.stdin(),
                document.digest(),
                managed ? AgentRecord.MANAGED : AgentRecord.PROCESS,
                AgentState.QUEUED,
                "",
                verdict,
                bound,
                reservation,
                substitutions.stream().map(AgentSpawning::view).toList(),
                notes,
                List.of(),
                1,
                agentsDirectory.resolve(id).resolve(SandboxPlans.WORKSPACE).toString(),
                0,
                0,
                time.now().toString(),
                "",
                "",
                Optional.empty(),
                0,
                0,
                0,
                Optional.empty(),
                steps);
        draft.event(new Event.AgentAdmitted(
                id,
                contract.name(),
                document.digest(),
                verdict,
                substitutions.stream().map(WireJson::toMap).toList()));
        draft.event(AgentBook.moved(queued, AgentState.STARTING, AgentTrigger.START, ""));
        AgentRecord starting = queued.moved(AgentState.STARTING, "");
        draft.put(starting, document, request.contract());
        if (!managed) {
            // What it is started with is decided next, and nothing of it runs before that is on the disk.
            draft.ahead();
        }
        return starting;
    }

    private static ServiceException rejected(ContractDocument document, List<Map<String, Object>> items) {
        return new ServiceException(
                ServiceException.Kind.REFUSED,
                "admission.rejected",
                document.contract().name() + " cannot be honoured by this machine: " + items.size() + " item"
                        + (items.size() == 1 ? "" : "s"),
                document.contract().name(),
                "see the items; each says what would help",
                items);
    }

    static SubstitutionView view(Substitution s) {
        return new SubstitutionView(s.resource(), s.wanted(), s.given(), s.contractLine(), s.reason());
    }
}
