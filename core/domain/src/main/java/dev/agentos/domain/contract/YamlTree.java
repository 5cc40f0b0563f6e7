package dev.agentos.domain.contract;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A YAML document with the position of everything: anchors resolved, keys plain text and unique, tags the core schema's. */
sealed interface YamlTree {
    SourcePosition position();

    /** What it is, for a message: "a list", "the number 5". */
    String described();

    /** As the plain values that JSON has. */
    @Nullable
    Object plain();

    /** One key of a mapping. */
    record Entry(String key, SourcePosition keyPosition, YamlTree value) {}

    record Mapping(SourcePosition position, List<Entry> entries) implements YamlTree {
        public Mapping {
            entries = List.copyOf(entries);
        }

        Optional<Entry> entry(String key) {
            return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
        }

        @Override
        public String described() {
            return "a mapping";
        }

        @Override
        public Map<String, @Nullable Object> plain() {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            entries.forEach(entry -> map.put(entry.key(), entry.value().plain()));
            return map;
        }
    }

    record Sequence(SourcePosition position, List<YamlTree> items) implements YamlTree {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String described() {
            return "a list";
        }

        @Override
        public List<@Nullable Object> plain() {
            List<@Nullable Object> list = new ArrayList<>();
            items.forEach(item -> list.add(item.plain()));
            return list;
        }
    }

    record Text(SourcePosition position, String value) implements YamlTree {
        @Override
        public String described() {
            return "the text " + FieldRules.shown(value);
        }

        @Override
        public String plain() {
            return value;
        }
    }

    /** A number, finite and no further from zero than a double can go; a whole one no further than 2^53 - 1. */
    record Numeral(SourcePosition position, BigDecimal value, String written) implements YamlTree {
        boolean isWhole() {
            return value.scale() <= 0;
        }

        @Override
        public String described() {
            return "the number " + FieldRules.cut(written);
        }

        @Override
        public Object plain() {
            if (isWhole()) {
                return value.longValueExact();
            }
            return value.doubleValue();
        }
    }

    record Truth(SourcePosition position, boolean value) implements YamlTree {
        @Override
        public String described() {
            return Boolean.toString(value);
        }

        @Override
        public Boolean plain() {
            return value;
        }
    }

    record Empty(SourcePosition position) implements YamlTree {
        @Override
        public String described() {
            return "nothing";
        }

        @Override
        public @Nullable Object plain() {
            return null;
        }
    }
}
