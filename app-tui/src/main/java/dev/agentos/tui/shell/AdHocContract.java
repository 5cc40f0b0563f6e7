package dev.agentos.tui.shell;

import dev.agentos.bridge.wire.ServiceWire.ToolView;
import dev.agentos.bridge.wire.WireJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The contract of one tool call: exactly this tool, exactly the places that its arguments name, asked where it changes. */
final class AdHocContract {

    private AdHocContract() {}

    static String text(ToolView tool, Map<String, Object> arguments) {
        boolean harmless = tool.effect().equals("computes") || tool.effect().equals("reads");
        List<String> places = places(arguments);
        String list = WireJson.write(places);
        return "apiVersion: agentos/v0.2\nkind: AgentContract\nname: call-"
                + tool.name().replaceAll("[^a-z0-9]+", "-")
                + "\nclass: { latency: SRT }\nbinding: flexible\ncapabilities: [\"" + tool.capability()
                + "\"]\nmodelPolicy: { allow: [\"local/extractive\"], placement: [\"on-prem\"] }\nmemory: { retention_days: 0 }\n"
                + "filesystem:\n  read: " + list + "\n  write: " + (harmless ? "[]" : list)
                + "\nsecurity:\n  consent_for: [" + (harmless ? "" : "\"" + tool.capability() + "\"")
                + "]\nruntime:\n  managed:\n    plan:\n      - id: call\n        tool: " + tool.name()
                + "\n        with: " + WireJson.write(arguments) + "\n";
    }

    private static List<String> places(Map<String, Object> arguments) {
        List<String> places = new ArrayList<>();
        arguments.forEach((name, value) -> {
            if (name.equals("path") && value instanceof String path) {
                places.add(path);
            } else if (name.equals("paths") && value instanceof List<?> list) {
                list.forEach(one -> places.add(String.valueOf(one)));
            }
        });
        return places;
    }
}
