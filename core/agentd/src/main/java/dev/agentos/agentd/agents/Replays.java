package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.recording.Exchange;
import dev.agentos.agentd.recording.Outcomes;
import dev.agentos.agentd.recording.RecordedModel;
import dev.agentos.agentd.recording.Recordings;
import dev.agentos.agentd.recording.Recordings.Recording;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.managed.AgentContext;
import dev.agentos.domain.managed.AgentLoop;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a recorded run again without a model, a tool or the network: everything it asks for is compared with what
 * it asked for then, and answered with what it was given then. Stops where it asks for something else.
 */
public final class Replays {

    private final AgentBook book;
    private final ToolGateway gateway;
    private final Recordings recordings;

    public Replays(AgentBook book, ToolGateway gateway, Recordings recordings) {
        this.book = book;
        this.gateway = gateway;
        this.recordings = recordings;
    }

    /** The run asks for something else than what was recorded. */
    private static final class DivergedException extends RuntimeException {
        private final String step;
        private final String diff;

        DivergedException(String step, String diff) {
            super(step);
            this.step = step;
            this.diff = diff;
        }
    }

    /** The recording has no more; the run had ended there, or was ended. */
    private static final class OverException extends RuntimeException {}

    /** Replays a run of a managed agent, under its own contract or another one. */
    public AgentWire.ReplayReport replay(String id, AgentWire.Replay request) throws InterruptedException {
        AgentRecord agent = book.get(id);
        String run = request.run().orElse(agent.run());
        if (!agent.isManaged()) {
            throw Contracts.notManaged(id);
        }
        if (!run.startsWith(agent.id() + ".")) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "run.other",
                    run + " is no run of " + id,
                    "run",
                    "runs of this agent begin with " + agent.id() + ".");
        }
        Recording recording = read(run);
        ContractDocument document = request.contract()
                .map(text -> parse(text, request.source().orElse("contract.yaml")))
                .orElseGet(() -> book.document(id));
        Tape tape = new Tape(recording, recordings, document);
        Map<String, Object> begin = begin(recording);
        try {
            if ("model".equals(begin.get("mode"))) {
                String nonce = String.valueOf(begin.get("nonce"));
                ModelConversation.loop(document, agent, gateway.descriptors())
                        .run(ModelConversation.begin(nonce, document, agent), tape);
            } else {
                plan(document, agent, tape);
            }
            return tape.isAtEnd()
                    ? report(run, tape, "same", "", "")
                    : report(
                            run,
                            tape,
                            "diverged",
                            tape.nextStep(),
                            "the run ends here; the recording goes on with " + tape.nextStep() + "\n");
        } catch (OverException _) {
            return report(run, tape, "recording-ends", "", "");
        } catch (DivergedException e) {
            return report(run, tape, "diverged", e.step, e.diff);
        }
    }

    private static AgentWire.ReplayReport report(String run, Tape tape, String outcome, String step, String diff) {
        return new AgentWire.ReplayReport(run, outcome, tape.compared, step, diff, tape.recording.cut());
    }

    private Recording read(String run) {
        Optional<Recording> recording;
        try {
            recording = recordings.read(run);
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "recording.unreadable",
                    run + ": " + e.getMessage(),
                    run,
                    "check the disk");
        }
        return recording.orElseThrow(() -> new ServiceException(
                ServiceException.Kind.NOT_FOUND,
                "recording.none",
                "nothing was recorded of " + run,
                run,
                "managed agents are recorded from their next run on"));
    }

    private static Map<String, Object> begin(Recording recording) {
        return recording.exchanges().stream()
                .filter(exchange -> exchange.kind().equals(Exchange.BEGIN))
                .findFirst()
                .map(Exchange::request)
                .orElse(Map.of());
    }

    private static ContractDocument parse(String text, String source) {
        return switch (ParsedContracts.parse(text, source)) {
            case ParseOutcome.Parsed parsed -> parsed.document();
            case ParseOutcome.Invalid rejected ->
                throw new ServiceException(
                        ServiceException.Kind.BAD_REQUEST,
                        "contract.rejected",
                        rejected.problems().getFirst().message(),
                        source,
                        "agentctl contract validate " + source);
        };
    }

    /** The plan's steps with their bindings filled from what was recorded. */
    private static void plan(ContractDocument document, AgentRecord agent, Tape tape) {
        Map<String, Map<String, Object>> outputs = new LinkedHashMap<>();
        List<PlanStep> plan =
                ContractRules.plan(document.contract(), agent.bound().capabilities(), agent.input());
        for (PlanStep step : plan) {
            Map<String, Object> arguments;
            try {
                arguments = Bindings.resolve(step.with(), agent.input(), outputs);
            } catch (Bindings.MissingBindingException e) {
                throw new DivergedException(step.id(), e.getMessage() + "\n");
            }
            Map<String, Object> outcome = tape.tool(step.id(), step.tool(), arguments);
            if (!Outcomes.isDone(outcome)) {
                return;
            }
            outputs.put(step.id(), asMap(outcome.get("output")));
        }
    }

    private static Map<String, Object> asMap(@Nullable Object value) {
        Map<String, Object> named = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, inner) -> {
                if (inner != null) {
                    named.put(String.valueOf(name), inner);
                }
            });
        }
        return named;
    }

    /** The recording as a world: it answers what it was asked before, in the order of then. */
    private static final class Tape implements AgentLoop.World {
        private final Recording recording;
        private final Recordings recordings;
        private final ContractDocument document;
        private final List<Exchange> exchanges;
        private final Map<String, Map<String, Object>> outcomes = new LinkedHashMap<>();
        private int compared;

        Tape(Recording recording, Recordings recordings, ContractDocument document) {
            this.document = document;
            this.recording = recording;
            this.recordings = recordings;
            this.exchanges = recording.exchanges().stream()
                    .filter(exchange -> !exchange.kind().equals(Exchange.BEGIN))
                    .toList();
        }

        boolean isAtEnd() {
            return compared == exchanges.size();
        }

        String nextStep() {
            return exchanges.get(compared).step();
        }

        private Map<String, Object> next(String kind, String step, Map<String, Object> request) {
            if (isAtEnd()) {
                throw new OverException();
            }
            Exchange then = exchanges.get(compared);
            String before = pretty(then.kind(), then.step(), then.request());
            String now = pretty(kind, step, recordings.redacted(request));
            if (!before.equals(now)) {
                throw new DivergedException(step, UnifiedDiff.of("step " + then.step(), before, now));
            }
            compared++;
            return then.reply();
        }

        private static String pretty(String kind, String step, Map<String, Object> request) {
            StringBuilder out = new StringBuilder(kind + " " + step + "\n");
            lines(
                    "",
                    WireJson.read(CanonicalJson.write(WireJson.read(WireJson.write(request), Map.class)), Map.class),
                    out);
            return out.toString();
        }

        /** A line for each value, so that a difference is a line. */
        private static void lines(String path, @Nullable Object value, StringBuilder out) {
            switch (value) {
                case Map<?, ?> map ->
                    map.forEach((name, inner) -> lines(path.isEmpty() ? "" + name : path + "." + name, inner, out));
                case List<?> items -> {
                    for (int i = 0; i < items.size(); i++) {
                        lines(path + "." + i, items.get(i), out);
                    }
                }
                case null, default ->
                    String.valueOf(value)
                            .lines()
                            .forEach(line ->
                                    out.append(path).append(": ").append(line).append('\n'));
            }
        }

        Map<String, Object> tool(String step, String tool, Map<String, Object> arguments) {
            Map<String, Object> outcome = next(Exchange.TOOL, step, Event.fields("tool", tool, "arguments", arguments));
            outcomes.put(step, outcome);
            return outcome;
        }

        @Override
        public boolean awaitTurn() {
            return true;
        }

        @Override
        public ModelReply ask(String step, ModelRequest request) {
            return RecordedModel.reply(next(Exchange.MODEL, step, RecordedModel.request(request)));
        }

        @Override
        public AgentLoop.Result call(String step, String tool, Map<String, Object> arguments) {
            Exchange then = isAtEnd() ? null : exchanges.get(compared);
            // The model's name for a tool is compared as the tool that it led to.
            String named = then != null
                            && ModelConversation.told(
                                            String.valueOf(then.request().get("tool")))
                                    .equals(tool)
                    ? String.valueOf(then.request().get("tool"))
                    : tool;
            return ModelConversation.result(tool(step, named, arguments));
        }

        @Override
        public String resultOf(String step) {
            return Outcomes.text(outcomes.getOrDefault(step, Map.of()));
        }

        @Override
        public Optional<String> faultOf(String answer) {
            return ModelConversation.faultOf(document, answer);
        }

        @Override
        public void save(AgentContext context) {}
    }
}
