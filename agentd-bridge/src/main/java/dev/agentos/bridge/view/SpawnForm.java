package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.CatalogWire.EntryInput;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.ContractWire.Admission;
import dev.agentos.bridge.wire.ContractWire.ContractText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The form that starts an entry of the catalog, made from the inputs that it declares.
 *
 * @param typed what was typed, by input
 * @param latency another latency class than the contract's
 */
public record SpawnForm(EntryView entry, Map<String, String> typed, Optional<String> latency) {

    public SpawnForm {
        typed = Map.copyOf(typed);
    }

    public static SpawnForm of(EntryView entry) {
        return new SpawnForm(entry, Map.of(), Optional.empty());
    }

    public SpawnForm typed(String input, String text) {
        Map<String, String> more = new HashMap<>(typed);
        more.put(input, text);
        return new SpawnForm(entry, more, latency);
    }

    public SpawnForm in(Optional<String> other) {
        return new SpawnForm(entry, typed, other);
    }

    /** What is wrong with an input; empty when nothing is. */
    public String problem(EntryInput input) {
        String text = typed.getOrDefault(input.name(), "").strip();
        if (text.isEmpty()) {
            return input.otherwise().isPresent() ? "" : "needed";
        }
        if (!input.choices().isEmpty() && !input.choices().contains(text)) {
            return "one of " + String.join(", ", input.choices());
        }
        return switch (input.kind()) {
            case "number" -> text.matches("-?\\d{1,15}") ? "" : "a whole number";
            case "path" -> text.startsWith("/") ? "" : "a whole path, from /";
            case "url" -> text.matches("https?://\\S+") ? "" : "an address, from http";
            default -> "";
        };
    }

    /** Why it cannot be started as it stands; empty when it can. */
    public Optional<String> obstacle() {
        if (!entry.state().equals("ready")) {
            return Optional.of(entry.reason() + (entry.next().isEmpty() ? "" : " → " + entry.next()));
        }
        return entry.inputs().stream()
                .filter(input -> !problem(input).isEmpty())
                .findFirst()
                .map(input -> input.name() + ": " + problem(input));
    }

    /** The inputs as agentd takes them, with the defaults of the entry. */
    public Map<String, Object> inputs() {
        Map<String, Object> values = new LinkedHashMap<>();
        for (EntryInput input : entry.inputs()) {
            String text = typed.getOrDefault(input.name(), "").strip();
            String value = text.isEmpty() ? input.otherwise().orElse("") : text;
            values.put(input.name(), input.kind().equals("number") ? (Object) Long.parseLong(value) : value);
        }
        return values;
    }

    /** What admission is asked about. */
    public ContractText contract() {
        return new ContractText(source(), entry.contract(), latency, Optional.empty());
    }

    public String source() {
        return "catalog:" + entry.name() + "@" + entry.version();
    }

    /** What admission would say, in words; the first line is the verdict. */
    public static List<TextLine> words(Admission admission) {
        List<TextLine> lines = new ArrayList<>();
        lines.add(
                switch (admission.verdict()) {
                    case "admitted" ->
                        new TextLine(Tone.OK, "✓ It fits: this machine honours the contract as written.");
                    case "substituted" ->
                        new TextLine(
                                Tone.NEEDS,
                                "! It runs with " + admission.substitutions().size() + " substitution"
                                        + (admission.substitutions().size() == 1 ? "" : "s") + ":");
                    default -> new TextLine(Tone.BAD, "✕ It would be refused:");
                });
        admission
                .substitutions()
                .forEach(one -> lines.add(TextLine.muted(one.resource() + ": "
                        + (one.given().isEmpty() ? "nothing" : one.given()) + " instead of "
                        + one.wanted() + (one.reason().isEmpty() ? "" : " (" + one.reason() + ")"))));
        admission
                .items()
                .forEach(item -> lines.add(TextLine.muted(item.resource() + ": " + item.wanted() + " asked; here: "
                        + item.available() + (item.help().isEmpty() ? "" : " → " + item.help()))));
        admission.notes().forEach(note -> lines.add(TextLine.muted("· " + note)));
        return lines;
    }
}
