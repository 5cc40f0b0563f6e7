package dev.agentos.tui.ctl;

import dev.agentos.bridge.wire.CatalogWire.EntryInput;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.tui.Exit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The inputs of a catalog entry out of what a person gave: defaults put in, paths made absolute, numbers read. */
final class CatalogInputs {

    private CatalogInputs() {}

    static Map<String, Object> complete(EntryView entry, Map<String, Object> given) {
        List<String> names = entry.inputs().stream().map(EntryInput::name).toList();
        for (String name : given.keySet()) {
            if (!names.contains(name)) {
                throw new CtlException(
                        Exit.USAGE,
                        "usage",
                        entry.name() + " takes no input \"" + name + "\"",
                        name,
                        names.isEmpty() ? "it takes none" : "it takes " + String.join(", ", names));
            }
        }
        Map<String, Object> complete = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (EntryInput input : entry.inputs()) {
            Object value = given.get(input.name());
            if (value == null && input.otherwise().isEmpty()) {
                missing.add(input.name() + " (" + input.about() + ")");
            } else {
                complete.put(
                        input.name(),
                        typed(entry, input, value == null ? input.otherwise().orElse("") : String.valueOf(value)));
            }
        }
        if (!missing.isEmpty()) {
            throw new CtlException(
                    Exit.USAGE,
                    "usage",
                    entry.name() + " needs to be told " + String.join(", ", missing),
                    entry.name(),
                    entry.example().isEmpty()
                            ? "give each with --input NAME=VALUE"
                            : "for example: " + entry.example());
        }
        return complete;
    }

    private static Object typed(EntryView entry, EntryInput input, String text) {
        if (!input.choices().isEmpty() && !input.choices().contains(text)) {
            throw wrong(entry, input, text, "use " + String.join(" or ", input.choices()));
        }
        return switch (input.kind()) {
            case "number" -> {
                if (!text.matches("-?\\d{1,15}")) {
                    throw wrong(entry, input, text, "give a whole number");
                }
                yield Long.parseLong(text);
            }
            // Where the service stands is not where the person stands.
            case "path" -> Path.of(text).toAbsolutePath().normalize().toString();
            default -> text;
        };
    }

    private static CtlException wrong(EntryView entry, EntryInput input, String text, String next) {
        return new CtlException(
                Exit.USAGE,
                "usage",
                "the input " + input.name() + " of " + entry.name() + " cannot be " + text,
                "--input " + input.name(),
                next);
    }
}
