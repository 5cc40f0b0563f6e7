package dev.agentos.domain.contract;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads single values of a contract as the type that they should have, and reports those that have another. */
final class Values {
    private final Findings findings;

    Values(Findings findings) {
        this.findings = findings;
    }

    Optional<YamlTree.Mapping> mapping(String at, YamlTree value) {
        if (value instanceof YamlTree.Mapping map) {
            return Optional.of(map);
        }
        wrongType(at, value, "a mapping", "put its fields below it, indented, or remove the line");
        return Optional.empty();
    }

    Optional<String> text(String at, YamlTree value) {
        if (value instanceof YamlTree.Text text) {
            return Optional.of(text.value());
        }
        String next = switch (value) {
            case YamlTree.Numeral number -> "write \"" + FieldRules.cut(number.written()) + "\" in quotes";
            case YamlTree.Truth truth -> "write \"" + truth.value() + "\" in quotes";
            case YamlTree.Empty _ -> "give it a value, or remove the line";
            case YamlTree.Mapping _, YamlTree.Sequence _, YamlTree.Text _ -> "write one text";
        };
        wrongType(at, value, "text", next);
        return Optional.empty();
    }

    <E extends Enum<E> & Word> Optional<E> word(String at, YamlTree value, Class<E> type) {
        List<String> allowed = new ArrayList<>();
        for (E candidate : type.getEnumConstants()) {
            allowed.add(candidate.word());
        }
        String choices = "one of " + String.join(", ", allowed);
        if (!(value instanceof YamlTree.Text text)) {
            wrongType(at, value, choices, "write " + choices);
            return Optional.empty();
        }
        for (E candidate : type.getEnumConstants()) {
            if (candidate.word().equals(text.value())) {
                return Optional.of(candidate);
            }
        }
        String near = Suggestions.nearest(text.value(), allowed)
                .map(found -> "did you mean \"" + found + "\"? ")
                .orElse("");
        findings.error(
                at,
                value.position(),
                "bad-value",
                FieldRules.shown(text.value()) + " is not " + choices,
                (near + "write " + choices).strip());
        return Optional.empty();
    }

    Map<String, Object> plain(String at, YamlTree.Mapping map) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (YamlTree.Entry entry : map.entries()) {
            String entryPath = at + "." + entry.key();
            findings.place(entryPath, entry.keyPosition());
            plain(entryPath, entry.value()).ifPresent(value -> values.put(entry.key(), value));
        }
        return values;
    }

    Optional<Object> plain(String at, YamlTree value) {
        return switch (value) {
            case YamlTree.Mapping map -> Optional.of(plain(at, map));
            case YamlTree.Sequence list -> {
                List<Object> items = new ArrayList<>();
                for (int i = 0; i < list.items().size(); i++) {
                    plain(at + "[" + i + "]", list.items().get(i)).ifPresent(items::add);
                }
                yield Optional.of(items);
            }
            case YamlTree.Text text -> Optional.of(text.plain());
            case YamlTree.Numeral number -> Optional.of(number.plain());
            case YamlTree.Truth truth -> Optional.of(truth.plain());
            case YamlTree.Empty _ -> {
                wrongType(at, value, "a value", "give it a value, or remove the line");
                yield Optional.empty();
            }
        };
    }

    Optional<String> checked(String at, SourcePosition position, String text, Function<String, Optional<Fault>> rule) {
        Optional<Fault> fault = rule.apply(text);
        fault.ifPresent(found -> findings.error(at, position, found));
        return fault.isPresent() ? Optional.empty() : Optional.of(text);
    }

    void wrongType(String at, YamlTree value, String wanted, String next) {
        findings.error(
                at,
                value.position(),
                "wrong-type",
                FieldRules.cut(at) + " must be " + wanted + ", not " + value.described(),
                next);
    }
}
