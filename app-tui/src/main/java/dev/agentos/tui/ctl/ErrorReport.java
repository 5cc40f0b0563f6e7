package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** An error as every command reports it: what, where, what to do, and each item of a refusal. */
public record ErrorReport(int exit, ErrorBody body) {

    /** The report of whatever ended a command. */
    public static ErrorReport of(Throwable cause) {
        return switch (cause) {
            case AgentdException e -> new ErrorReport(exit(e), e.body());
            case UnreachableException e ->
                new ErrorReport(
                        Exit.UNREACHABLE,
                        new ErrorBody(e.code(), String.valueOf(e.getMessage()), e.place(), e.next(), List.of()));
            case CtlException e ->
                new ErrorReport(
                        e.exit(),
                        new ErrorBody(e.code(), String.valueOf(e.getMessage()), e.place(), e.next(), e.items()));
            case IOException e ->
                new ErrorReport(
                        Exit.FAILED,
                        new ErrorBody("io.failed", String.valueOf(e.getMessage()), "", "check the file", List.of()));
            default ->
                new ErrorReport(
                        Exit.FAILED,
                        new ErrorBody(
                                "internal",
                                "internal error: " + cause,
                                "",
                                "run it again with AGENTOS_DEBUG=1",
                                List.of()));
        };
    }

    private static int exit(AgentdException e) {
        return switch (e.status()) {
            case 400 -> Exit.USAGE;
            case 403 -> Exit.REFUSED;
            case 404 -> Exit.NOT_FOUND;
            default -> Exit.FAILED;
        };
    }

    /** One JSON object, the wire's own. */
    public String json() {
        return WireJson.write(body);
    }

    /** For a person. */
    public void write(Screen screen) {
        List<String> message = body.message().lines().toList();
        screen.line(screen.paint(Role.BAD, "agentctl: " + body.code() + ":") + " "
                + screen.text(message.isEmpty() ? "" : message.getFirst()));
        message.stream().skip(1).forEach(line -> screen.line(screen.text(line)));
        if (!body.place().isEmpty()) {
            screen.line(screen.muted("  at ") + screen.text(body.place()));
        }
        body.items().forEach(item -> item(screen, item));
        if (!body.next().isEmpty()) {
            screen.line(screen.muted("  → ") + screen.text(body.next()));
        }
    }

    private static void item(Screen screen, Map<String, Object> item) {
        if (item.containsKey("line") && item.containsKey("column")) {
            problem(
                    screen,
                    text(item, "source") + ":" + text(item, "line") + ":" + text(item, "column"),
                    text(item, "severity"),
                    text(item, "message"),
                    text(item, "code"),
                    text(item, "next"));
            return;
        }
        screen.line("  " + screen.paint(Role.BAD, "✕") + " " + screen.bold(text(item, "resource")) + "  wanted "
                + screen.text(text(item, "wanted")) + ", available " + screen.text(text(item, "available")));
        line(screen, "", text(item, "contract_line"));
        line(screen, "→ ", text(item, "help"));
    }

    /** One problem of a contract, with its place first so that editors find it. */
    static void problem(Screen screen, String place, String severity, String message, String code, String next) {
        boolean error = !severity.equalsIgnoreCase("warning");
        screen.line("  " + screen.bold(place) + ": "
                + screen.paint(error ? Role.BAD : Role.NEEDS, error ? "error" : "warning") + ": "
                + screen.text(message) + screen.muted(" [" + code + "]"));
        line(screen, "→ ", next);
    }

    private static void line(Screen screen, String mark, String text) {
        if (!text.isEmpty()) {
            screen.line("    " + screen.muted(mark) + screen.text(text));
        }
    }

    private static String text(Map<String, Object> item, String name) {
        Object value = item.get(name);
        return value == null ? "" : value.toString();
    }
}
