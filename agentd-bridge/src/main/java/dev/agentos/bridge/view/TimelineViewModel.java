package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.domain.lifecycle.AgentState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One story of one agent: what it was admitted with, its steps, decisions, questions, answers, effects and refusals, in
 * the order of their sequence numbers.
 *
 * @param agent whose story it is; empty for the story of all
 */
public record TimelineViewModel(String agent, List<Entry> entries) {

    public TimelineViewModel {
        entries = List.copyOf(entries);
    }

    /** One line of the story. {@code detail} may be empty. */
    public record Entry(long seq, String time, String agent, Tone tone, String glyph, String title, String detail) {
        /** Hours, minutes and seconds of the event, in UTC as recorded. */
        public String clock() {
            return time.length() >= 19 ? time.substring(11, 19) : time;
        }
    }

    public static TimelineViewModel of(String agent) {
        return new TimelineViewModel(agent, List.of());
    }

    /** The story after an event; events of others and events that were already told change nothing. */
    public TimelineViewModel reduce(EventView event) {
        if ((!agent.isEmpty() && !event.agent().equals(agent))
                || entries.stream().anyMatch(entry -> entry.seq() == event.seq())) {
            return this;
        }
        Optional<Entry> entry = entry(event);
        if (entry.isEmpty()) {
            return this;
        }
        List<Entry> more = new ArrayList<>(entries);
        int at = more.size();
        while (at > 0 && more.get(at - 1).seq() > event.seq()) {
            at--;
        }
        more.add(at, entry.get());
        return new TimelineViewModel(agent, more);
    }

    public TimelineViewModel reduce(List<EventView> events) {
        TimelineViewModel next = this;
        for (EventView event : events) {
            next = next.reduce(event);
        }
        return next;
    }

    /** How an event is told; empty for events that are only bookkeeping. */
    public static Optional<Entry> entry(EventView event) {
        Map<String, Object> data = event.data();
        return switch (event.kind()) {
            case "agent.admitted" -> {
                boolean substituted = text(data, "verdict").equals("substituted");
                int count = data.get("substitutions") instanceof List<?> list ? list.size() : 0;
                yield told(
                        event,
                        substituted ? Tone.NEEDS : Tone.OK,
                        "●",
                        "admitted",
                        substituted
                                ? text(data, "contract") + ", with " + count + " substitution" + (count == 1 ? "" : "s")
                                : text(data, "contract") + ", as its contract says");
            }
            case "agent.rejected" -> told(event, Tone.BAD, "✕", "not admitted", text(data, "contract"));
            case "agent.moved" -> moved(event, data);
            case "sandbox.prepared" -> sandbox(event, data);
            case "process.exited" ->
                told(event, exitTone(data), exitTone(data) == Tone.OK ? "✓" : "✕", "process ended", exit(data));
            case "agent.heartbeat-missed" ->
                told(event, Tone.BAD, "✕", "no heartbeat", "silent for " + data.get("silent_ms") + " ms");
            case "agent.limit-reached" ->
                told(
                        event,
                        Tone.BAD,
                        "✕",
                        "limit reached",
                        text(data, "limit") + ", " + data.get("used") + " of " + data.get("allowed") + " "
                                + text(data, "unit"));
            case "agent.restart-scheduled" ->
                told(
                        event,
                        Tone.MUTED,
                        "◌",
                        "restart " + data.get("attempt") + " of " + data.get("allowed"),
                        text(data, "reason"));
            case "agent.dead-letter" -> told(event, Tone.BAD, "✕", "kept as a dead letter", text(data, "reason"));
            case "run.started" -> told(event, Tone.PLAIN, "▸", "run started", plan(data));
            case "run.finished" -> {
                boolean done = text(data, "outcome").equals("done");
                yield told(
                        event,
                        done ? Tone.OK : Tone.BAD,
                        done ? "✓" : "✕",
                        done ? "run finished" : "run failed",
                        text(data, "reason"));
            }
            case "tool.decided" -> decided(event, data);
            case "effect.finished" -> effect(event, data);
            case "egress.decided" -> connection(event, data);
            case "egress.closed" ->
                told(
                        event,
                        Tone.MUTED,
                        "·",
                        "connection to " + place(data) + " ended",
                        data.get("bytes_out") + " bytes out, " + data.get("bytes_in") + " in"
                                + (text(data, "end").equals("done") ? "" : " · " + text(data, "end")));
            case "consent.asked" -> told(event, Tone.NEEDS, "?", "asked a person", text(data, "title"));
            case "consent.answered" -> answered(event, data);
            case "grant.given" ->
                told(
                        event,
                        Tone.NEEDS,
                        "●",
                        "grant given",
                        text(data, "tool") + " on " + text(data, "target") + ", " + lifetime(text(data, "lifetime")));
            case "grant.ended" -> told(event, Tone.MUTED, "●", "grant ended", text(data, "reason"));
            case "task.begun" ->
                told(
                        event,
                        Tone.MUTED,
                        "·",
                        "task given",
                        data.get("tools") instanceof List<?> tools && !tools.isEmpty()
                                ? "may use "
                                        + String.join(
                                                ", ",
                                                tools.stream()
                                                        .map(String::valueOf)
                                                        .toList())
                                : "");
            case "task.ended" -> told(event, Tone.MUTED, "·", "task ended", "");
            case "content.suspected" ->
                told(
                        event,
                        Tone.NEEDS,
                        "!",
                        "suspects orders in what " + text(data, "tool") + " read",
                        data.get("probability") instanceof Number sure
                                ? Math.round(sure.doubleValue() * 100) + " % sure; what follows from it is watched"
                                : "");
            case "model.called", "model.answered", "model.refused", "model.substituted", "slo.missed" ->
                Optional.of(ModelStory.entry(event));
            case "service.started" -> told(event, Tone.MUTED, "●", "agentd started", text(data, "version"));
            case "service.stopping" -> told(event, Tone.MUTED, "●", "agentd stopping", text(data, "reason"));
            case "operator.substitutes" ->
                told(event, Tone.MUTED, "●", "substitute models set", String.valueOf(data.get("models")));
            case "command.finished" ->
                text(data, "outcome").equals("refused")
                        ? told(event, Tone.BAD, "✕", text(data, "command") + " refused", text(data, "code"))
                        : Optional.empty();
            // Attempts are half of a pair that the outcome tells, and commands that worked show in what they moved.
            case "effect.attempted", "command.received" -> Optional.empty();
            default -> told(event, Tone.MUTED, "·", event.kind(), "");
        };
    }

    private static Optional<Entry> moved(EventView event, Map<String, Object> data) {
        String to = text(data, "to");
        for (AgentState state : AgentState.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(to)) {
                return switch (state) {
                    // The run or the sandbox that follows says the same with more in it.
                    case QUEUED, STARTING, STOPPING -> Optional.empty();
                    case RUNNING ->
                        text(data, "from").equals("paused")
                                ? told(event, Tone.OK, state.glyph(), "resumed", text(data, "reason"))
                                : Optional.empty();
                    case PAUSED, BACKOFF, DONE, FAILED, KILLED, DEAD ->
                        told(event, Tone.ofWord(state.word()), state.glyph(), state.word(), text(data, "reason"));
                };
            }
        }
        return told(event, Tone.PLAIN, "·", to, text(data, "reason"));
    }

    private static Optional<Entry> sandbox(EventView event, Map<String, Object> data) {
        int enforced = 0;
        int declared = 0;
        if (data.get("receipt") instanceof List<?> lines) {
            for (Object line : lines) {
                if (line instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get("declared"))) {
                    declared++;
                    enforced += "enforced".equals(map.get("actual")) ? 1 : 0;
                }
            }
        }
        return told(
                event,
                enforced == declared ? Tone.OK : Tone.NEEDS,
                "●",
                "sandboxed",
                enforced + " of " + declared + " declared mechanisms enforced");
    }

    private static Optional<Entry> decided(EventView event, Map<String, Object> data) {
        String tool = text(data, "tool");
        String target = text(data, "target");
        String line = text(data, "contract_line");
        return switch (text(data, "decision")) {
            case "refused" ->
                told(
                        event,
                        Tone.BAD,
                        "✕",
                        tool + " refused",
                        text(data, "reason") + (line.isEmpty() ? "" : " · " + line));
            case "needs-consent", "asks" ->
                // The question itself follows, and is what a person can act on.
                told(event, Tone.PLAIN, "▸", tool + " needs a person", line.isEmpty() ? target : line);
            default -> told(event, Tone.PLAIN, "▸", tool, target.isEmpty() ? text(data, "reason") : target);
        };
    }

    private static Optional<Entry> connection(EventView event, Map<String, Object> data) {
        String line = text(data, "contract_line");
        String why = text(data, "reason") + (line.isEmpty() ? "" : " · " + line);
        boolean many = data.get("times") instanceof Number times && times.longValue() > 1;
        String place = place(data) + (many ? ", " + data.get("times") + " times" : "");
        return switch (text(data, "decision")) {
            case "allowed" -> told(event, Tone.PLAIN, "▸", "connects to " + place, why);
            case "asks" -> told(event, Tone.NEEDS, "?", "wants to connect to " + place, why);
            case "refused" -> told(event, Tone.BAD, "✕", "connection refused to " + place, why);
            default -> told(event, Tone.BAD, "✕", "connection failed to " + place, why);
        };
    }

    private static String place(Map<String, Object> data) {
        return text(data, "host") + ":" + data.get("port");
    }

    private static Optional<Entry> effect(EventView event, Map<String, Object> data) {
        String tool = text(data, "tool");
        Map<?, ?> detail = data.get("detail") instanceof Map<?, ?> map ? map : Map.of();
        return switch (text(data, "outcome")) {
            case "done" ->
                told(
                        event,
                        Tone.OK,
                        "✓",
                        tool + " done",
                        detail.get("path") instanceof String path
                                ? path + (detail.get("bytes") instanceof Number bytes ? ", " + bytes + " bytes" : "")
                                : "");
            case "in-doubt" ->
                told(event, Tone.NEEDS, "?", tool + " in doubt", "it was interrupted; look at its object");
            default -> told(event, Tone.BAD, "✕", tool + " failed", text(detail, "message"));
        };
    }

    private static Optional<Entry> answered(EventView event, Map<String, Object> data) {
        String by = text(data, "by");
        return switch (text(data, "answer")) {
            case "allowed" -> told(event, Tone.OK, "✓", "allowed", "by " + by + ", " + lifetime(text(data, "scope")));
            case "denied" -> told(event, Tone.BAD, "✕", "not allowed", "by " + by);
            case "expired" -> told(event, Tone.BAD, "✕", "nobody answered", "refused once");
            default -> told(event, Tone.MUTED, "·", "question " + text(data, "answer"), by);
        };
    }

    private static String lifetime(String scope) {
        return switch (scope) {
            case "once" -> "this once";
            case "run" -> "in this run";
            case "restart" -> "until agentd restarts";
            case "30d" -> "for 30 days";
            default -> scope;
        };
    }

    private static Tone exitTone(Map<String, Object> data) {
        return data.get("code") instanceof Number code && code.longValue() == 0 ? Tone.OK : Tone.BAD;
    }

    private static String exit(Map<String, Object> data) {
        return data.get("code") instanceof Number code
                ? "exit code " + code
                : data.get("signal") instanceof Number signal ? "signal " + signal : text(data, "reason");
    }

    private static String plan(Map<String, Object> data) {
        List<String> steps = new ArrayList<>();
        if (data.get("plan") instanceof List<?> list) {
            for (Object step : list) {
                if (step instanceof Map<?, ?> map) {
                    steps.add(String.valueOf(map.get("id")));
                }
            }
        }
        return String.join(" → ", steps);
    }

    private static Optional<Entry> told(EventView event, Tone tone, String glyph, String title, String detail) {
        return Optional.of(new Entry(event.seq(), event.time(), event.agent(), tone, glyph, title, detail));
    }

    private static String text(Map<?, ?> data, String name) {
        return data.get(name) instanceof String text ? text : "";
    }
}
