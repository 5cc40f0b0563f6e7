package dev.agentos.domain.contract;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads one YAML 1.2 document (core schema) into a {@link YamlTree}, within limits that hold for hostile text too: 256 KiB,
 * depth 40, 20,000 nodes after every alias is followed.
 */
final class YamlReader {
    static final int MAX_CHARS = 256 * 1024;
    static final int MAX_DEPTH = 40;
    static final int MAX_NODES = 20_000;
    static final int MAX_ALIASES = 50;
    private static final int MAX_DIGITS = 40;
    private static final BigDecimal MAX_WHOLE = BigDecimal.valueOf((1L << 53) - 1);
    private static final SourcePosition TOP = new SourcePosition(1, 1);

    /** YAML 1.2's core schema as the specification has it, without the merge keys of YAML 1.1. */
    private static final CoreSchema CORE = new CoreSchema() {
        private final ScalarResolver resolver = new CoreScalarResolver(false);

        @Override
        public ScalarResolver getScalarResolver() {
            return resolver;
        }
    };

    private final Findings findings;
    private int nodes;

    private YamlReader(Findings findings) {
        this.findings = findings;
    }

    /** The document, or nothing after reporting why. Duplicate keys and the like are reported, and the rest is read. */
    static Optional<YamlTree> read(String text, Findings findings) {
        if (text.length() > MAX_CHARS) {
            findings.error(
                    "",
                    TOP,
                    "too-large",
                    "the contract is larger than " + MAX_CHARS / 1024 + " KiB",
                    "a contract is a page or two: move data to files and memory");
            return Optional.empty();
        }
        String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setSchema(CORE)
                    .setMaxAliasesForCollections(MAX_ALIASES)
                    .setCodePointLimit(MAX_CHARS)
                    // Let through here, so that they are refused below with a line and a column.
                    .setAllowNonScalarKeys(true)
                    .build();
            BoundedEvents events = new BoundedEvents(
                    new ParserImpl(settings, new StreamReader(settings, plain)), MAX_DEPTH, MAX_NODES);
            Optional<Node> root = new Composer(settings, events).getSingleNode();
            if (root.isEmpty()) {
                findings.error("", TOP, "empty", "the contract is empty", "begin with apiVersion: agentos/v0.2");
                return Optional.empty();
            }
            return Optional.of(new YamlReader(findings).tree(root.get(), "", 0));
        } catch (BoundedEvents.LimitException limit) {
            findings.error("", limit.position(), limit.fault());
        } catch (MarkedYamlEngineException e) {
            syntax(e, findings);
        } catch (ReaderException e) {
            findings.error(
                    "",
                    positionOf(plain, e.getPosition()),
                    "yaml-syntax",
                    String.format("the character U+%04X is not allowed", e.getCodePoint()),
                    "remove it");
        } catch (YamlEngineException | IllegalArgumentException | IndexOutOfBoundsException e) {
            String reason = e.getMessage() == null ? "unreadable" : e.getMessage();
            findings.error("", TOP, "yaml-syntax", "this is not YAML: " + FieldRules.cut(reason), "check the file");
        }
        return Optional.empty();
    }

    private static void syntax(MarkedYamlEngineException e, Findings findings) {
        SourcePosition position = e.getProblemMark()
                .or(e::getContextMark)
                .map(YamlReader::position)
                .orElse(TOP);
        String problem = e.getProblem() == null ? "this is not YAML" : e.getProblem();
        String context = e.getContext() == null ? "" : e.getContext();
        String message = oneLine(context.isEmpty() ? problem : problem + " (" + context + ")");
        Fault fault;
        if (context.contains("expected a single document")) {
            fault = new Fault("yaml-syntax", "a second document begins here", "keep one contract in a file");
        } else if (problem.contains("TAB")) {
            fault = new Fault("yaml-syntax", message, "indent with spaces");
        } else {
            fault = new Fault("yaml-syntax", message, "check indentation, quotes and brackets at and above this line");
        }
        findings.error("", position, fault);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    private YamlTree tree(Node node, String path, int depth) {
        SourcePosition at = node.getStartMark().map(YamlReader::position).orElse(TOP);
        // Aliases share nodes, so that a small text can stand for a huge tree, or for one that contains itself.
        if (depth > MAX_DEPTH) {
            throw BoundedEvents.tooDeep(at, MAX_DEPTH);
        }
        if (++nodes > MAX_NODES) {
            throw BoundedEvents.tooMany(at, MAX_NODES);
        }
        return switch (node) {
            case MappingNode mapping -> mapping(mapping, at, path, depth);
            case SequenceNode sequence -> sequence(sequence, at, path, depth);
            case ScalarNode scalar -> scalar(scalar, at, path);
            default -> throw new IllegalArgumentException("an unknown kind of node");
        };
    }

    private YamlTree mapping(MappingNode node, SourcePosition at, String path, int depth) {
        if (!node.getTag().equals(Tag.MAP)) {
            tag(node.getTag(), at, path);
        }
        List<YamlTree.Entry> entries = new ArrayList<>();
        Map<String, SourcePosition> seen = new HashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            Node keyNode = tuple.getKeyNode();
            SourcePosition keyAt =
                    keyNode.getStartMark().map(YamlReader::position).orElse(at);
            if (!(keyNode instanceof ScalarNode key) || !key.getTag().equals(Tag.STR)) {
                findings.error(
                        path,
                        keyAt,
                        "key-not-text",
                        "a key must be text",
                        keyNode instanceof ScalarNode scalar
                                ? "write \"" + FieldRules.cut(scalar.getValue()) + "\" in quotes"
                                : "write a plain name before the colon");
                continue;
            }
            String name = wellFormed(key.getValue(), keyAt, path);
            String inner = path.isEmpty() ? name : path + "." + name;
            SourcePosition first = seen.putIfAbsent(name, keyAt);
            if (first != null) {
                findings.error(
                        inner,
                        keyAt,
                        "duplicate-key",
                        "\"" + FieldRules.cut(name) + "\" is already on line " + first.line(),
                        "keep one of the two");
                continue;
            }
            entries.add(new YamlTree.Entry(name, keyAt, tree(tuple.getValueNode(), inner, depth + 1)));
        }
        return new YamlTree.Mapping(at, entries);
    }

    private YamlTree sequence(SequenceNode node, SourcePosition at, String path, int depth) {
        if (!node.getTag().equals(Tag.SEQ)) {
            tag(node.getTag(), at, path);
        }
        List<YamlTree> items = new ArrayList<>();
        for (Node item : node.getValue()) {
            items.add(tree(item, path + "[" + items.size() + "]", depth + 1));
        }
        return new YamlTree.Sequence(at, items);
    }

    private YamlTree scalar(ScalarNode node, SourcePosition at, String path) {
        Tag tag = node.getTag();
        String text = node.getValue();
        if (tag.equals(Tag.STR)) {
            return new YamlTree.Text(at, wellFormed(text, at, path));
        }
        if (tag.equals(Tag.NULL)) {
            return new YamlTree.Empty(at);
        }
        if (tag.equals(Tag.BOOL) && (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"))) {
            return new YamlTree.Truth(at, text.equalsIgnoreCase("true"));
        }
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return numeral(text, at, path);
        }
        tag(tag, at, path);
        return new YamlTree.Text(at, text);
    }

    /** The text, unless an escape such as "\\uD800" made half a character, which no digest could cover. */
    private String wellFormed(String text, SourcePosition at, String path) {
        if (text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            return text;
        }
        findings.error(path, at, "bad-value", "the text holds half of a surrogate pair", "remove the escape");
        return "";
    }

    private YamlTree numeral(String text, SourcePosition at, String path) {
        Optional<BigDecimal> value = text.length() > MAX_DIGITS ? Optional.empty() : number(text);
        if (value.isPresent() && Double.isFinite(value.get().doubleValue())) {
            BigDecimal number = value.get();
            boolean tiny = number.signum() != 0 && number.doubleValue() == 0;
            if (!tiny && number.scale() < 400) {
                BigDecimal plain = FieldRules.plain(number);
                if (plain.scale() > 0 || plain.abs().compareTo(MAX_WHOLE) <= 0) {
                    return new YamlTree.Numeral(at, plain, text);
                }
            }
        }
        findings.error(
                path,
                at,
                "out-of-range",
                "the number " + FieldRules.cut(text) + " cannot be represented",
                "write a finite number, whole ones up to 2^53 - 1");
        return new YamlTree.Numeral(at, BigDecimal.ZERO, text);
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            if (text.startsWith("0x")) {
                return Optional.of(new BigDecimal(new BigInteger(text.substring(2), 16)));
            }
            if (text.startsWith("0o")) {
                return Optional.of(new BigDecimal(new BigInteger(text.substring(2), 8)));
            }
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException notFinite) {
            return Optional.empty();
        }
    }

    private void tag(Tag tag, SourcePosition at, String path) {
        findings.error(
                path,
                at,
                "yaml-tag",
                "the tag " + FieldRules.shown(tag.getValue()) + " does not belong in a contract",
                "write the plain value");
    }

    static SourcePosition position(Mark mark) {
        return new SourcePosition(mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** The position of the code point with this index. */
    private static SourcePosition positionOf(String text, int codePoints) {
        int line = 1;
        int column = 1;
        int[] points = text.codePoints().limit(Math.max(0, codePoints)).toArray();
        for (int point : points) {
            if (point == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return new SourcePosition(line, column);
    }
}
