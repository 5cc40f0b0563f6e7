package dev.agentos.tui.shell;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdClient.Until;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.ContractWire;
import dev.agentos.bridge.wire.ServiceWire.ToolView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.CtlException;
import dev.agentos.tui.term.Screen;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;

/** Questions to agents and calls of tools: each one is a governed run, told as it happens, with its sources at the end. */
final class Conversation {

    private static final Duration TICK = Duration.ofMillis(250);
    private static final int LONGEST_LINES = 200;

    private final AgentdClient client;
    private final Screen screen;

    Conversation(AgentdClient client, Screen screen) {
        this.client = client;
        this.screen = screen;
    }

    // ------------------------------------------------------------------ ask

    /** Starts a run of the agent's contract with the question as {@code input.question}. */
    int ask(String given, String question) throws InterruptedException {
        AgentView agent = find(given);
        AgentWire.ContractOf contract = client.contractOf(agent.id());
        if (!contract.text().contains("${input.question}")) {
            throw new CtlException(
                    Exit.USAGE,
                    "ask.no-question",
                    agent.id() + " takes no question: its contract binds no ${input.question}",
                    contract.source(),
                    "bind it in a step, for example: with: { question: \"${input.question}\" }");
        }
        return go(contract.source(), contract.text(), Map.of("question", question));
    }

    private AgentView find(String given) {
        List<AgentView> all = client.agents().agents();
        List<AgentView> fits = all.stream()
                .filter(a -> a.id().equals(given) || a.name().equals(given) || a.id().endsWith("-" + given))
                .toList();
        if (fits.isEmpty()) {
            throw new CtlException(Exit.NOT_FOUND, "not-found", "there is no agent " + given, given, "see: list --all");
        }
        return fits.getLast();
    }

    // ------------------------------------------------------------------ call

    /** Calls one tool under a contract that allows exactly that call. */
    int call(String name, String json) throws InterruptedException {
        ToolView tool = client.tools().tools().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CtlException(
                        Exit.NOT_FOUND, "not-found", "there is no tool " + name, name, "see: tool list"));
        Map<String, Object> arguments;
        try {
            arguments = WireJson.toMap(WireJson.read(json.isBlank() ? "{}" : json, Map.class));
        } catch (JacksonException e) {
            throw new CtlException(
                    Exit.USAGE,
                    "usage",
                    "the arguments are no JSON object: " + e.getOriginalMessage(),
                    json,
                    "call " + name + " {\"name\": \"value\"}");
        }
        return go("agentsh", AdHocContract.text(tool, arguments), Map.of());
    }

    // ------------------------------------------------------------------ the run

    private int go(String source, String contract, Map<String, Object> input) throws InterruptedException {
        explain(source, contract);
        long head = client.events(Long.MAX_VALUE - 1, 1).head();
        AgentView agent = client.spawn(new AgentWire.Spawn(
                "sh-" + UUID.randomUUID(),
                source,
                contract,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                input,
                false));
        screen.line("   " + screen.muted(agent.id()));
        boolean waits = false;
        try (EventStream stream = client.stream(head)) {
            while (true) {
                Optional<Signal> signal = stream.next(TICK);
                if (signal.isPresent()
                        && signal.get() instanceof Signal.Happened happened
                        && happened.event().agent().equals(agent.id())) {
                    TimelineViewModel.entry(happened.event()).ifPresent(this::told);
                    if (happened.event().kind().equals("consent.asked") && !waits) {
                        waits = true;
                        screen.line("   "
                                + screen.paint(
                                        Role.NEEDS,
                                        "? it waits for you: consent watch answers it; Ctrl-C leaves it waiting"));
                    }
                    if (happened.event().kind().equals("run.finished")
                            || happened.event().kind().equals("agent.dead-letter")) {
                        break;
                    }
                }
            }
        }
        AgentView ended = client.awaitAgent(agent.id(), Until.ENDED, Duration.ofSeconds(5));
        AgentWire.Result result = client.result(agent.id());
        show(result);
        return ended.state().equals("done") ? Exit.DONE : Exit.FAILED;
    }

    private void explain(String source, String contract) {
        ContractWire.Admission admission =
                client.admit(new ContractWire.ContractText(source, contract, Optional.empty(), Optional.empty()));
        boolean refused = admission.verdict().equals("rejected");
        screen.line("   "
                + (refused
                        ? screen.paint(Role.BAD, "✕ " + admission.verdict())
                        : screen.paint(Role.OK, "● " + admission.verdict()))
                + screen.muted("  may use "
                        + (admission.capabilities().isEmpty() ? "no tool" : String.join(", ", admission.capabilities()))
                        + (admission.model().isEmpty() ? "" : " · " + admission.model())));
        admission
                .items()
                .forEach(item -> screen.line("   " + screen.paint(Role.BAD, "✕ ")
                        + screen.text(
                                item.resource() + ": wanted " + item.wanted() + ", available " + item.available())));
        admission.notes().forEach(note -> screen.labelled(3, 2, "·", Role.MUTED, note));
    }

    private void told(TimelineViewModel.Entry entry) {
        screen.line("   " + screen.muted(entry.clock()) + "  "
                + screen.tone(entry.tone(), entry.glyph() + " " + entry.title())
                + (entry.detail().isEmpty()
                        ? ""
                        : screen.muted(
                                "  " + Screen.fit(screen.text(entry.detail()), Math.max(20, screen.width() - 45)))));
    }

    private void show(AgentWire.Result result) {
        if (!result.reason().isEmpty()) {
            screen.line("   " + screen.paint(Role.BAD, result.reason()));
        }
        if (result.outputs().isEmpty()) {
            return;
        }
        Object last = result.outputs().values().stream().reduce((_, b) -> b).orElse("");
        if (last instanceof Map<?, ?> map && map.get("markdown") instanceof String markdown) {
            markdown.lines().limit(LONGEST_LINES).forEach(line -> screen.prose(3, line));
            if (map.get("sources") instanceof List<?> sources) {
                sources.forEach(one -> {
                    if (one instanceof Map<?, ?> s) {
                        screen.line("   "
                                + screen.muted("source  " + s.get("document") + ", " + s.get("used") + " of "
                                        + s.get("of") + " sentences"));
                    }
                });
            }
            return;
        }
        result.outputs()
                .forEach((step, output) -> screen.line("   " + screen.paint(Role.ACCENT, step) + "  "
                        + Screen.fit(screen.text(WireJson.write(output)), screen.width() * 6)));
    }
}
