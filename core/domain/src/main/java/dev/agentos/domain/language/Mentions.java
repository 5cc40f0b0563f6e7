package dev.agentos.domain.language;

import dev.agentos.domain.language.Words.Token;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a sentence names: files, agents, classes, times and the rest, each with its place. */
final class Mentions {

    private static final String EXTENSIONS =
            "ya?ml|json|jsonl|md|txt|py|sh|csv|db|log|pdf|html|toml|conf|ini|tar|gz|zip|aot|bin|js|ts|rs|java|xml|rules|ckpt|pub|pem|out";
    private static final Pattern QUOTED =
            Pattern.compile("\"([^\"]*)\"|“([^”]*)”|(?<![\\p{L}\\p{N}])'([^']*)'(?![\\p{L}\\p{N}])|`([^`]*)`");
    private static final Pattern JSON = Pattern.compile("\\{.*}", Pattern.DOTALL);
    private static final Pattern ASK = Pattern.compile(
            "\\bask-[a-z0-9][a-z0-9-]*\\b|\\b(?:question|request|ask|approval|card|prompt)\\s+(?:number |no\\.? |#)?(\\d+)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern GRANT = Pattern.compile(
            "\\bgrant-[a-z0-9][a-z0-9-]*\\b|\\b(?:grant|permission)\\s+(?:number |no\\.? |#)?(\\d+)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PATH = Pattern.compile(
            "(?<![\\p{L}\\p{N}])(?:~|\\.{1,2})?/[\\p{L}\\p{N}._~/+@*-]*[\\p{L}\\p{N}/*]|[\\p{L}\\p{N}_][\\p{L}\\p{N}._/*-]*\\.(?:"
                    + EXTENSIONS + ")\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern MODEL = Pattern.compile(
            "\\b(?:local|cloud|ollama|openai|anthropic|gguf|mistral|google|meta)/[\\p{L}\\p{N}][\\p{L}\\p{N}._:-]*[\\p{L}\\p{N}]");
    private static final Pattern DOMAIN = Pattern.compile(
            "(?:https?://)?(?:[a-z0-9-]+\\.)+(?:com|org|net|gov|edu|io|dev|de|eu|uk|info|city|example|test|local|internal)\\b(?::\\d+)?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern TOOL = Pattern.compile(
            "\\b(?:fs|web|email|rag|http|db|sql|git|shell|calendar|mail|net|memory|bus)\\.[a-z_]+\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PAIR = Pattern.compile("\\b([a-z_][a-z0-9_]*)=(\\S+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern CLASS = Pattern.compile(
            "\\b(HRT|SRT|DT)\\b|\\b(?:hard|soft)[- ]real[- ]?time\\b|\\bdelay[- ]tolerant\\b|\\b(?:batch|background|interactive|best[- ]effort)(?= class| priority| mode)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern BINDING =
            Pattern.compile("\\b(strict|strictly|smooth|smoothly|flexible|flexibly)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern AGENT_ID = Pattern.compile("\\bagent-[a-z0-9][a-z0-9-]*\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern HYPHENATED =
            Pattern.compile("\\b[a-z][a-z0-9]*(?:-[a-z0-9]+)+\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern AGENT_CALLED = Pattern.compile(
            "\\b(?:agent|instance|assistant)\\s+(?:called |named |number |no\\.? |#)?([a-z0-9][a-z0-9_-]*)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern NOUN = Pattern.compile("\\s+(?:agent|instance)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBERED =
            Pattern.compile("(?<![\\p{L}\\p{N}.#/-])(\\d{3})(?![\\p{L}\\p{N}/:%-]|\\.\\d)");
    private static final Pattern NUMBER = Pattern.compile("(?<![\\p{L}\\p{N}.])#?(\\d+)(?![\\p{L}\\p{N}]|\\.\\d)");
    private static final Pattern STATE = Pattern.compile(
            "\\b(failed|fail|failing|crashed|broke|broken|paused|on hold|suspended|frozen|queued|in the queue|killed|dead|done|finished|completed|starting|died)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SCOPE = Pattern.compile(
            "\\b(?:just |only )?(?:this )?once\\b|\\bone time\\b|\\b(?:for|in|during|within) (?:this|the|its|the whole|the current|the rest of the|the rest of this) run\\b|\\b(?:until|till) (?:this|the|its) run (?:is over|ends|is done|has ended)\\b|\\b(?:until|till) (?:the )?(?:next )?(?:agentd |the service )?restarts?\\b|\\bfor (?:the next )?(?:30|thirty) days\\b|\\bfor (?:a|one|the next) month\\b|\\bwhile it runs\\b",
            Pattern.CASE_INSENSITIVE);

    /** Shapes of compounds that are words: "ready-to-use", "half-finished", "pre-installed". */
    private static final Pattern COMPOUND = Pattern.compile(
            "(?:.+-to-.+|(?:ready|half|well|self|pre|non|semi|all|long|short|high|low|full|still|already|newly|ever|never|not)-.+|.+-(?:up|down|off|in|out|by|on|back|over|wide|time|term|free|like|based|made|only|level|related|done|day|hour|minute|week))",
            Pattern.CASE_INSENSITIVE);

    /** Compounds that are no agent's name. */
    private static final Set<String> NO_AGENT = Set.of(
            "un-pause",
            "re-run",
            "self-test",
            "self-check",
            "roll-back",
            "real-time",
            "step-by-step",
            "fall-back",
            "stand-in",
            "stand-ins",
            "ready-made",
            "built-in",
            "up-to-date",
            "tab-completion",
            "auto-complete",
            "to-do",
            "so-called",
            "long-running",
            "high-risk",
            "off-the-shelf",
            "read-only",
            "full-screen",
            "audit-trail",
            "json-schema",
            "follow-up",
            "double-check",
            "set-up",
            "log-out",
            "sign-off",
            "re-check",
            "best-effort");

    private static final Set<String> NO_NAME = Set.of(
            "must",
            "until",
            "when",
            "after",
            "is",
            "was",
            "are",
            "were",
            "that",
            "which",
            "who",
            "has",
            "have",
            "had",
            "did",
            "does",
            "do",
            "can",
            "could",
            "may",
            "might",
            "would",
            "will",
            "should",
            "to",
            "from",
            "in",
            "on",
            "of",
            "at",
            "for",
            "with",
            "and",
            "or",
            "not",
            "as",
            "by",
            "it",
            "its",
            "needs",
            "need",
            "wants",
            "want",
            "list",
            "contract",
            "contracts",
            "memory",
            "process",
            "processes",
            "running",
            "still",
            "again",
            "now",
            "please",
            "up",
            "down",
            "out",
            "off",
            "back",
            "over",
            "there",
            "here",
            "be",
            "called",
            "named",
            "under",
            "using",
            "usage",
            "log",
            "logs",
            "gave",
            "wrote",
            "made",
            "changed",
            "printed",
            "said",
            "says",
            "states",
            "state",
            "names",
            "instance",
            "i",
            "we",
            "you",
            "ask",
            "asks",
            "asked",
            "waits",
            "waiting",
            "without",
            "through",
            "the",
            "a",
            "an",
            "my",
            "run");

    private final String text;
    private final Names names;
    private final Concepts concepts;
    private final List<Mention> found = new ArrayList<>();

    private Mentions(String text, Names names, Concepts concepts) {
        this.text = text;
        this.names = names;
        this.concepts = concepts;
    }

    static List<Mention> find(String text, Names names, Concepts concepts) {
        Mentions mentions = new Mentions(text, names, concepts);
        mentions.all();
        mentions.found.sort(Comparator.comparingInt(Mention::from));
        return List.copyOf(mentions.found);
    }

    private void all() {
        each(JSON, m -> add(Kind.JSON, m.group(), m.start(), m.end(), false));
        each(QUOTED, this::quoted);
        each(
                ASK,
                m -> add(
                        Kind.ASK,
                        m.group(1) == null ? m.group().toLowerCase(Locale.ROOT) : "ask-" + m.group(1),
                        m.start(),
                        m.end(),
                        false));
        each(
                GRANT,
                m -> add(
                        Kind.GRANT,
                        m.group(1) == null ? m.group().toLowerCase(Locale.ROOT) : "grant-" + m.group(1),
                        m.start(),
                        m.end(),
                        false));
        each(PAIR, m -> add(Kind.PAIR, m.group(), m.start(), m.end(), false));
        each(
                MODEL,
                m -> add(
                        Kind.MODEL,
                        m.group(),
                        m.start(),
                        m.end(),
                        names.models().contains(m.group())));
        exact(names.models(), Kind.MODEL);
        each(PATH, m -> add(Kind.FILE, m.group(), m.start(), m.end(), false));
        each(
                TOOL,
                m -> add(Kind.TOOL, m.group(), m.start(), m.end(), names.tools().contains(m.group())));
        names.tools().forEach(this::tool);
        each(DOMAIN, m -> add(Kind.DOMAIN, m.group(), m.start(), m.end(), false));
        each(
                AGENT_ID,
                m -> add(
                        Kind.AGENT,
                        m.group(),
                        m.start(),
                        m.end(),
                        names.agents().contains(m.group())));
        knownAgents();
        exact(names.catalog(), Kind.NAME);
        each(CLASS, m -> add(Kind.CLASS, latency(m.group()), m.start(), m.end(), true));
        each(SCOPE, m -> add(Kind.SCOPE, scope(m.group()), m.start(), m.end(), true));
        Durations.in(text).forEach(d -> add(Kind.DURATION, d.value(), d.from(), d.to(), true));
        each(HYPHENATED, m -> {
            if (!NO_AGENT.contains(m.group().toLowerCase(Locale.ROOT))
                    && !COMPOUND.matcher(m.group()).matches()) {
                add(Kind.AGENT, m.group(), m.start(), m.end(), false);
            }
        });
        boolean named = found.stream().anyMatch(m -> m.kind() == Kind.AGENT);
        each(AGENT_CALLED, m -> {
            String name = m.group(1).toLowerCase(Locale.ROOT);
            boolean number = name.matches("\\d+");
            if (!named
                    && !name.endsWith("ly")
                    && !NO_NAME.contains(name)
                    && (number || !concepts.knows(Words.stem(name)))) {
                add(Kind.AGENT, number ? padded(name) : m.group(1), m.start(1), m.end(1), false);
            }
        });
        each(BINDING, m -> add(Kind.BINDING, binding(m.group()), m.start(), m.end(), true));
        each(STATE, m -> add(Kind.STATE, state(m.group()), m.start(), m.end(), true));
        if (!text.matches(
                "(?i).*\\b(record|entry|event|line|number|proof|prove|merkle|since|after|events|limit|last|first)\\b.*")) {
            each(NUMBERED, m -> add(Kind.AGENT, m.group(1), m.start(1), m.end(1), false));
        }
        each(NUMBER, m -> add(Kind.NUMBER, m.group(1), m.start(1), m.end(1), true));
        focus();
    }

    /** A tool that is called like an ordinary word ("time") is meant only where a tool is spoken of. */
    private void tool(String name) {
        boolean arguments = found.stream().anyMatch(m -> m.kind() == Kind.JSON);
        if (name.contains(".") || arguments) {
            exactOne(name, Kind.TOOL, name);
            return;
        }
        Matcher spoken = Pattern.compile(
                        "(?i)(?:\\b(?:call|invoke|use|using|run|try|tool|execute)\\s+(?:the\\s+)?(?:tool\\s+)?|^\\s*)("
                                + Pattern.quote(name) + ")(?![\\p{L}\\p{N}/-])|(?<![\\p{L}\\p{N}./-])("
                                + Pattern.quote(name) + ")(?=\\s*[{]|\\s+tool\\b)")
                .matcher(text);
        while (spoken.find()) {
            int group = spoken.group(1) == null ? 2 : 1;
            add(Kind.TOOL, name, spoken.start(group), spoken.end(group), true);
        }
    }

    private void quoted(Matcher m) {
        for (int group = 1; group <= m.groupCount(); group++) {
            String inside = m.group(group);
            if (inside != null) {
                boolean agent = names.agents().contains(inside)
                        || names.catalog().contains(inside)
                        || names.agents().stream()
                                .anyMatch(id -> Names.called(id).equals(inside));
                boolean file = PATH.matcher(inside).matches();
                if (!agent && !file) {
                    add(Kind.TEXT, inside, m.start(), m.end(), false);
                }
            }
        }
    }

    // ------------------------------------------------------------------ agents

    /** Agents by id, by name, or by words of their name: "the permit assistant" is city-permit-assistant. */
    private void knownAgents() {
        Set<String> called = new HashSet<>();
        for (String id : names.agents()) {
            exactOne(id, Kind.AGENT, id);
            called.add(Names.called(id));
        }
        List<String> longest = called.stream()
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()))
                .toList();
        for (String name : longest) {
            Matcher numbered = Pattern.compile("(?i)(?<![\\p{L}\\p{N}-])"
                            + Pattern.quote(name).replace("-", "\\E[- ]\\Q") + "[- ](\\d{3})(?![\\p{L}\\p{N}-])")
                    .matcher(text);
            while (numbered.find()) {
                add(Kind.AGENT, name + "-" + numbered.group(1), numbered.start(), numbered.end(), true);
            }
            Matcher spaced = Pattern.compile("(?i)(?<![\\p{L}\\p{N}-])"
                            + Pattern.quote(name).replace("-", "\\E[- ]\\Q") + "(?![\\p{L}\\p{N}-])")
                    .matcher(text);
            while (spaced.find()) {
                add(Kind.AGENT, name, spaced.start(), spaced.end(), true);
            }
        }
        List<Token> tokens = Words.tokens(text);
        for (int length = 3; length >= 1; length--) {
            for (int at = 0; at + length <= tokens.size(); at++) {
                List<Token> part = tokens.subList(at, at + length);
                Optional<String> name = byWords(part, called);
                if (name.isPresent()) {
                    add(
                            Kind.AGENT,
                            name.get(),
                            part.getFirst().from(),
                            part.getLast().to(),
                            true);
                }
            }
        }
    }

    /** The one name that has these words in this order, with a typing error forgiven; empty where several have. */
    private Optional<String> byWords(List<Token> part, Set<String> called) {
        if (part.size() == 1) {
            Token only = part.getFirst();
            if (only.text().length() < 3 || (concepts.knows(only.stem()) && !called.contains(only.text()))) {
                return Optional.empty();
            }
        }
        List<String> fits = called.stream()
                .filter(name -> {
                    List<String> words = List.of(name.toLowerCase(Locale.ROOT).split("-"));
                    for (int at = 0; at + part.size() <= words.size(); at++) {
                        if (same(part, words.subList(at, at + part.size()))) {
                            return true;
                        }
                    }
                    return part.size() == 1
                            && part.getFirst().text().length() >= 6
                            && Words.alike(part.getFirst().text(), name);
                })
                .toList();
        return fits.size() == 1 ? Optional.of(fits.getFirst()) : Optional.empty();
    }

    private static boolean same(List<Token> part, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String given = part.get(i).text();
            boolean typo = given.length() >= 5 && words.get(i).length() >= 5 && Words.alike(given, words.get(i));
            if (!given.equals(words.get(i)) && !typo && !part.get(i).stem().equals(Words.stem(words.get(i)))) {
                return false;
            }
        }
        return true;
    }

    private void focus() {
        if (names.focus().isEmpty()
                || found.stream()
                        .anyMatch(m -> m.kind() == Kind.AGENT || m.kind() == Kind.ASK || m.kind() == Kind.GRANT)) {
            return;
        }
        each(
                Pattern.compile(
                        "\\b(?:it|this one|that one|this agent|that agent|the agent)\\b", Pattern.CASE_INSENSITIVE),
                m -> {
                    if (found.stream().noneMatch(x -> x.kind() == Kind.AGENT)) {
                        add(Kind.AGENT, names.focus(), m.start(), m.end(), true);
                    }
                });
    }

    // ------------------------------------------------------------------ values

    static String padded(String number) {
        return "0".repeat(Math.max(0, 3 - number.length())) + number;
    }

    private static String latency(String said) {
        String word = said.toLowerCase(Locale.ROOT).replace('-', ' ');
        if (word.startsWith("hard") || word.equals("hrt")) {
            return "HRT";
        }
        return word.startsWith("soft") || word.equals("srt") || word.startsWith("interactive") ? "SRT" : "DT";
    }

    private static String scope(String said) {
        String word = said.toLowerCase(Locale.ROOT);
        if (word.contains("run")) {
            return "run";
        }
        if (word.contains("restart")) {
            return "restart";
        }
        return word.contains("once") || word.contains("one time") ? "once" : "30d";
    }

    private static String binding(String said) {
        char first = Character.toLowerCase(said.charAt(0));
        return first == 'f' ? "flexible" : said.toLowerCase(Locale.ROOT).startsWith("st") ? "strict" : "smooth";
    }

    private static String state(String said) {
        return switch (said.toLowerCase(Locale.ROOT)) {
            case "failed", "fail", "failing", "crashed", "broke", "broken", "died" -> "failed";
            case "paused", "on hold", "suspended", "frozen" -> "paused";
            case "done", "finished", "completed" -> "done";
            case "in the queue" -> "queued";
            default -> said.toLowerCase(Locale.ROOT);
        };
    }

    // ------------------------------------------------------------------ plumbing

    private void exact(List<String> values, Kind kind) {
        values.forEach(value -> exactOne(value, kind, value));
    }

    private void exactOne(String written, Kind kind, String value) {
        Matcher matcher = Pattern.compile(
                        "(?i)(?<![\\p{L}\\p{N}./-])" + Pattern.quote(written) + "(?![\\p{L}\\p{N}/-])")
                .matcher(text);
        while (matcher.find()) {
            add(kind, value, matcher.start(), matcher.end(), true);
        }
    }

    private interface Found {
        void at(Matcher matcher);
    }

    private void each(Pattern pattern, Found then) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            then.at(matcher);
        }
    }

    /** "The csv report agent" is a name together with what it names. */
    private int withNoun(int to) {
        Matcher noun = NOUN.matcher(text).region(to, text.length());
        return noun.lookingAt() ? noun.end() : to;
    }

    /** What was found first keeps its place; the same name can be an agent and in the catalog. */
    private void add(Kind kind, String value, int from, int to, boolean known) {
        Mention mention = new Mention(kind, value, from, kind == Kind.AGENT ? withNoun(to) : to, known);
        boolean twin = found.stream()
                .anyMatch(other -> other.overlaps(mention)
                        && !(kind == Kind.NAME && other.kind() == Kind.AGENT && other.from() == from));
        if (!twin) {
            found.add(mention);
        }
    }
}
