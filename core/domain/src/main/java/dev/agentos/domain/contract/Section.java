package dev.agentos.domain.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One mapping of a contract, read key by key. Each read reports what is wrong with its value and then goes on with the
 * default, so that one pass finds everything.
 */
final class Section {
    private final YamlTree.Mapping mapping;
    private final String path;
    private final Findings findings;
    private final List<String> known;
    private final Values values;

    /** Opens the mapping, notes where its keys stand and reports those that a contract does not have. */
    Section(YamlTree.Mapping mapping, String path, Findings findings) {
        this.mapping = mapping;
        this.path = path;
        this.findings = findings;
        this.known = ContractKeys.of(path);
        this.values = new Values(findings);
        for (YamlTree.Entry entry : mapping.entries()) {
            if (known.contains(entry.key())) {
                findings.place(pathOf(entry.key()), entry.keyPosition());
            } else {
                unknown(entry);
            }
        }
    }

    private void unknown(YamlTree.Entry entry) {
        String next = Suggestions.didYouMean(entry.key(), known)
                .or(() -> ContractKeys.elsewhere(entry.key()).map(other -> "did you mean " + other + "?"))
                .orElse("the keys here are " + String.join(", ", known));
        if (entry.key().equals("<<")) {
            next = "YAML 1.2 has no merge keys: write the fields out";
        }
        findings.error(
                pathOf(entry.key()),
                entry.keyPosition(),
                "unknown-key",
                "a contract has no " + FieldRules.shown(pathOf(entry.key())),
                next);
    }

    String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    boolean has(String key) {
        return value(key).isPresent();
    }

    private Optional<YamlTree> value(String key) {
        if (!known.contains(key)) {
            throw new IllegalArgumentException(pathOf(key) + " is not in the list of keys");
        }
        return mapping.entry(key).map(YamlTree.Entry::value);
    }

    /** The section below, or an empty one where it is absent or no mapping. */
    Section section(String key) {
        Optional<YamlTree> value = value(key);
        SourcePosition at = value.map(YamlTree::position).orElse(mapping.position());
        YamlTree.Mapping inner =
                value.flatMap(found -> values.mapping(pathOf(key), found)).orElse(new YamlTree.Mapping(at, List.of()));
        return new Section(inner, pathOf(key), findings);
    }

    /** Reports that a required key is missing. */
    void require(String key, String example) {
        if (!has(key)) {
            findings.error(
                    pathOf(key),
                    mapping.position(),
                    "missing-key",
                    "\"" + pathOf(key) + "\" is missing",
                    "add a line such as " + key + ": " + example);
        }
    }

    Optional<String> text(String key, Function<String, Optional<Fault>> rule) {
        return value(key)
                .flatMap(value -> values.text(pathOf(key), value)
                        .flatMap(text -> values.checked(pathOf(key), value.position(), text, rule)));
    }

    <E extends Enum<E> & Word> E word(String key, E fallback) {
        Class<E> type = fallback.getDeclaringClass();
        return value(key)
                .flatMap(value -> values.word(pathOf(key), value, type))
                .orElse(fallback);
    }

    <E extends Enum<E> & Word> List<E> words(String key, Class<E> type, List<E> fallback) {
        if (!has(key)) {
            return fallback;
        }
        List<E> words = new ArrayList<>();
        eachItem(
                key,
                (itemPath, item) -> values.word(itemPath, item, type)
                        .ifPresent(word -> keep(key, words, word, word.word(), item.position())));
        return words;
    }

    List<String> texts(
            String key, Function<String, Optional<Fault>> rule, UnaryOperator<String> spelling, List<String> fallback) {
        if (!has(key)) {
            return fallback;
        }
        List<String> texts = new ArrayList<>();
        eachItem(
                key,
                (itemPath, item) -> values.text(itemPath, item)
                        .flatMap(text -> values.checked(itemPath, item.position(), text, rule))
                        .ifPresent(text -> keep(key, texts, spelling.apply(text), text, item.position())));
        return texts;
    }

    /** Texts where equal entries are meant, such as the words of a command. */
    List<String> words(String key, Function<String, Optional<Fault>> rule, int max) {
        List<String> words = new ArrayList<>();
        eachItem(
                key,
                max,
                (itemPath, item) -> values.text(itemPath, item)
                        .flatMap(text -> values.checked(itemPath, item.position(), text, rule))
                        .ifPresent(words::add));
        return words;
    }

    private <T> void keep(String key, List<T> kept, T value, String shown, SourcePosition at) {
        if (kept.contains(value)) {
            findings.warning(
                    pathOf(key),
                    at,
                    "duplicate-entry",
                    FieldRules.shown(shown) + " is already in " + pathOf(key),
                    "remove one of the two");
            return;
        }
        findings.place(pathOf(key) + "[" + kept.size() + "]", at);
        kept.add(value);
    }

    long whole(String key, long min, long max, long fallback) {
        return value(key)
                .flatMap(value -> numberAt(key, value, min, max))
                .filter(number -> isWhole(key, number))
                .map(BigDecimal::longValueExact)
                .orElse(fallback);
    }

    Optional<Duration> wholeMillis(String key, Duration min, Duration max) {
        if (!has(key)) {
            return Optional.empty();
        }
        long millis = whole(key, min.toMillis(), max.toMillis(), min.toMillis());
        return Optional.of(Duration.ofMillis(millis));
    }

    /** Milliseconds with up to three decimals, and at least 10 µs. */
    Optional<Duration> fineMillis(String key, Duration min, Duration max) {
        return value(key)
                .flatMap(value -> numberAt(key, value, FieldRules.millis(min), FieldRules.millis(max)))
                .filter(number -> hasDecimals(key, number, 3))
                .map(number -> Duration.ofNanos(number.movePointRight(6).longValueExact()));
    }

    BigDecimal decimal(String key, BigDecimal min, BigDecimal max, int decimals, BigDecimal fallback) {
        return value(key)
                .flatMap(value -> numberAt(key, value, min, max))
                .filter(number -> hasDecimals(key, number, decimals))
                .orElse(fallback);
    }

    boolean truth(String key, boolean fallback) {
        Optional<YamlTree> value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        if (value.get() instanceof YamlTree.Truth truth) {
            return truth.value();
        }
        values.wrongType(pathOf(key), value.get(), "true or false", "write true or false, without quotes");
        return fallback;
    }

    long cpu(String key, long min, long max, long fallback) {
        return quantity(key, Quantities::cpuMillis, true, "an amount of CPU", "\"2\" or \"500m\"")
                .filter(amount -> inRange(key, amount, min, max, Quantities::formatCpu))
                .orElse(fallback);
    }

    long bytes(String key, long min, long max, long fallback) {
        return quantity(key, Quantities::bytes, false, "a size", "\"512MiB\"")
                .filter(amount -> inRange(key, amount, min, max, Quantities::formatBytes))
                .orElse(fallback);
    }

    Duration duration(String key, Duration min, Duration max, Duration fallback) {
        return quantity(key, Quantities::duration, false, "a duration", "\"30m\"")
                .filter(amount -> inRange(key, amount, min, max, Quantities::formatDuration))
                .orElse(fallback);
    }

    /** Texts by name; each name and each text follows its rule. */
    Map<String, String> textMap(
            String key,
            Function<String, Optional<Fault>> nameRule,
            Function<String, Optional<Fault>> valueRule,
            int max) {
        Map<String, String> texts = new LinkedHashMap<>();
        Optional<YamlTree.Mapping> map = value(key).flatMap(value -> values.mapping(pathOf(key), value));
        if (map.isEmpty()) {
            return texts;
        }
        tooLong(key, map.get().entries().size(), max);
        for (YamlTree.Entry entry : map.get().entries()) {
            String entryPath = pathOf(key) + "." + entry.key();
            findings.place(entryPath, entry.keyPosition());
            Optional<String> name = values.checked(entryPath, entry.keyPosition(), entry.key(), nameRule);
            Optional<String> text = values.text(entryPath, entry.value())
                    .flatMap(value -> values.checked(entryPath, entry.value().position(), value, valueRule));
            if (name.isPresent() && text.isPresent()) {
                texts.put(name.get(), text.get());
            }
        }
        return texts;
    }

    /** A free tree of values, without nulls. */
    Map<String, Object> values(String key) {
        Optional<YamlTree.Mapping> map = value(key).flatMap(value -> values.mapping(pathOf(key), value));
        return map.map(found -> values.plain(pathOf(key), found)).orElse(new HashMap<>());
    }

    /** The mappings of a list, each opened as a section. */
    List<Section> sections(String key, int max) {
        List<Section> sections = new ArrayList<>();
        eachItem(key, max, (itemPath, item) -> {
            findings.place(itemPath, item.position());
            values.mapping(itemPath, item).ifPresent(map -> sections.add(new Section(map, itemPath, findings)));
        });
        return sections;
    }

    void fault(String key, Fault fault) {
        SourcePosition at = value(key).map(YamlTree::position).orElse(mapping.position());
        findings.error(pathOf(key), at, fault);
    }

    private interface ItemReader {
        void read(String itemPath, YamlTree item);
    }

    private void eachItem(String key, ItemReader reader) {
        eachItem(key, FieldRules.MAX_LIST, reader);
    }

    private void eachItem(String key, int max, ItemReader reader) {
        Optional<YamlTree> value = value(key);
        if (value.isEmpty()) {
            return;
        }
        if (!(value.get() instanceof YamlTree.Sequence list)) {
            values.wrongType(
                    pathOf(key), value.get(), "a list", "write it in brackets: [" + example(value.get()) + "]");
            return;
        }
        if (!tooLong(key, list.items().size(), max)) {
            for (int i = 0; i < list.items().size(); i++) {
                reader.read(pathOf(key) + "[" + i + "]", list.items().get(i));
            }
        }
    }

    private static String example(YamlTree value) {
        return value instanceof YamlTree.Text text ? FieldRules.shown(text.value()) : "…";
    }

    private boolean tooLong(String key, int size, int max) {
        if (size <= max) {
            return false;
        }
        fault(
                key,
                new Fault(
                        "out-of-range",
                        pathOf(key) + " has " + size + " entries, and " + max + " are allowed",
                        "shorten it"));
        return true;
    }

    private Optional<BigDecimal> numberAt(String key, YamlTree value, long min, long max) {
        return numberAt(key, value, BigDecimal.valueOf(min), BigDecimal.valueOf(max));
    }

    private Optional<BigDecimal> numberAt(String key, YamlTree value, BigDecimal min, BigDecimal max) {
        if (!(value instanceof YamlTree.Numeral number)) {
            String next = value instanceof YamlTree.Text text && text.value().matches("-?[0-9][0-9.]*")
                    ? "write " + text.value() + " without quotes"
                    : "write a plain number, " + min.toPlainString() + " to " + max.toPlainString();
            values.wrongType(pathOf(key), value, "a number", next);
            return Optional.empty();
        }
        if (number.value().compareTo(min) < 0 || number.value().compareTo(max) > 0) {
            outOfRange(
                    key, value.position(), FieldRules.cut(number.written()), min.toPlainString(), max.toPlainString());
            return Optional.empty();
        }
        return Optional.of(number.value());
    }

    private boolean isWhole(String key, BigDecimal number) {
        return hasDecimals(key, number, 0);
    }

    private boolean hasDecimals(String key, BigDecimal number, int decimals) {
        if (number.scale() <= decimals) {
            return true;
        }
        String wanted = decimals == 0 ? "a whole number" : "a number with at most " + decimals + " decimals";
        fault(key, new Fault("wrong-type", pathOf(key) + " must be " + wanted + ", not " + number, "round it"));
        return false;
    }

    private <T> Optional<T> quantity(
            String key, Function<String, Reading<T>> reader, boolean plainNumber, String what, String example) {
        Optional<YamlTree> value = value(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        String text;
        switch (value.get()) {
            case YamlTree.Text found -> text = found.value();
            case YamlTree.Numeral number
            when plainNumber -> text = number.value().toPlainString();
            case YamlTree.Numeral number -> {
                fault(
                        key,
                        new Fault(
                                "bad-unit",
                                pathOf(key) + " needs a unit, and " + FieldRules.cut(number.written()) + " has none",
                                "write " + what + " such as " + example));
                return Optional.empty();
            }
            default -> {
                values.wrongType(pathOf(key), value.get(), what, "write " + what + " such as " + example);
                return Optional.empty();
            }
        }
        return switch (reader.apply(text)) {
            case Reading.Amount<T>(T amount) -> Optional.of(amount);
            case Reading.Unreadable<T>(String message, String next) -> {
                fault(key, new Fault("bad-unit", message, next));
                yield Optional.empty();
            }
        };
    }

    private <T extends Comparable<T>> boolean inRange(String key, T amount, T min, T max, Function<T, String> format) {
        if (amount.compareTo(min) >= 0 && amount.compareTo(max) <= 0) {
            return true;
        }
        SourcePosition at = value(key).map(YamlTree::position).orElse(mapping.position());
        outOfRange(key, at, format.apply(amount), format.apply(min), format.apply(max));
        return false;
    }

    private void outOfRange(String key, SourcePosition at, String value, String min, String max) {
        findings.error(
                pathOf(key), at, "out-of-range", pathOf(key) + " cannot be " + value, "write " + min + " to " + max);
    }
}
