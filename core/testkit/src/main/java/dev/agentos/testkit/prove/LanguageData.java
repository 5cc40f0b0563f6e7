package dev.agentos.testkit.prove;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.language.CommandText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sentences with the commands that they mean, and when a proposed command says the same as a wanted one. */
public final class LanguageData {

    private static final String OWN = "language-evaluation.txt";
    private static final int FILLINGS = 6;
    private static final Pattern SLOT = Pattern.compile("\\{([a-z]+)}");

    private LanguageData() {}

    /** {@code command} is empty for a sentence that no command says. {@code goal} numbers what is meant. */
    public record Item(String text, String command, int goal) {}

    /** The held-apart set: each goal in four wordings, each wording with several fillings. */
    public static List<Item> own() throws IOException {
        try (InputStream in = LanguageData.class.getResourceAsStream(OWN)) {
            if (in == null) {
                throw new IOException(OWN + " is missing from this build");
            }
            return expand(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** JSON lines of {@code text} and {@code command}. */
    public static List<Item> file(Path file) throws IOException {
        List<Item> items = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank()) {
                Map<?, ?> object = WireJson.read(line, Map.class);
                Object command = object.get("command");
                items.add(new Item(
                        String.valueOf(object.get("text")), command == null ? "" : command.toString(), items.size()));
            }
        }
        return items;
    }

    // ------------------------------------------------------------------ filling in

    /** A value as a sentence says it and as a command has it. */
    private record Filling(String said, String meant) {}

    private static Filling same(String value) {
        return new Filling(value, value);
    }

    private static final Map<String, List<Filling>> FILLS = Map.ofEntries(
            Map.entry(
                    "agent",
                    List.of(
                            same("rag-planner"),
                            new Filling("the permit assistant", "city-permit-assistant"),
                            same("agent-log-triage-014"),
                            new Filling("the csv report agent", "csv-report"),
                            same("folder-answers-003"),
                            new Filling("arm guard", "arm-guard"))),
            Map.entry(
                    "name",
                    List.of(
                            same("rag-planner"),
                            same("web-digest"),
                            same("city-permit-assistant"),
                            same("folder-answers"),
                            same("log-triage"),
                            same("csv-report"))),
            Map.entry(
                    "class",
                    List.of(
                            same("SRT"),
                            same("DT"),
                            same("HRT"),
                            new Filling("soft real-time", "SRT"),
                            same("DT"),
                            same("SRT"))),
            Map.entry(
                    "contract",
                    List.of(
                            same("planner.yaml"),
                            same("/etc/agents/rag-planner.yaml"),
                            same("examples/shell.yaml"),
                            same("~/contracts/digest.yml"),
                            same("./coder.yaml"),
                            same("contracts/night-job.yaml"))),
            Map.entry(
                    "binding",
                    List.of(
                            same("strict"),
                            same("flexible"),
                            same("smooth"),
                            same("strict"),
                            same("flexible"),
                            same("smooth"))),
            Map.entry(
                    "pair",
                    List.of(
                            same("folder=/data/docs"),
                            same("output=/tmp/x.md"),
                            same("topic=permits"),
                            same("limit=10"),
                            same("year=2026"),
                            same("folder=samples"))),
            Map.entry(
                    "program",
                    List.of(
                            same("python3 my_agent.py"),
                            same("ls -l /"),
                            same("make test"),
                            same("node server.js"),
                            same("bash build.sh"),
                            same("cargo build"))),
            Map.entry(
                    "secretfile",
                    List.of(
                            same("/etc/shadow"),
                            same("~/.ssh/id_rsa"),
                            same("/root/notes.txt"),
                            same("/etc/passwd"),
                            same("/home/ann/diary.md"),
                            same("/var/log/auth.log"))),
            Map.entry(
                    "outfile",
                    List.of(
                            same("/tmp/report.md"),
                            same("summary.txt"),
                            same("~/out/trail.jsonl"),
                            same("/data/results.csv"),
                            same("notes.md"),
                            same("/srv/share/export.jsonl"))),
            Map.entry(
                    "domain",
                    List.of(
                            same("example.com"),
                            same("api.github.com"),
                            same("permits.city.gov"),
                            same("wikipedia.org"),
                            same("registry.example.net"),
                            same("docs.python.org"))),
            Map.entry(
                    "ask",
                    List.of(
                            same("ask-1"),
                            same("ask-17"),
                            same("ask-230"),
                            new Filling("request 4", "ask-4"),
                            same("ask-8"),
                            new Filling("question 12", "ask-12"))),
            Map.entry(
                    "grant",
                    List.of(
                            same("grant-1"),
                            same("grant-9"),
                            same("grant-31"),
                            new Filling("grant 5", "grant-5"),
                            same("grant-77"),
                            new Filling("permission 2", "grant-2"))),
            Map.entry("number", List.of(same("42"), same("7"), same("1830"), same("99"), same("500"), same("12"))),
            Map.entry("duration", List.of(same("10m"), same("1h"), same("2h"), same("30m"), same("1d"), same("3d"))),
            Map.entry(
                    "durationwords",
                    List.of(
                            same("10 minutes"),
                            same("hour"),
                            same("two hours"),
                            same("half hour"),
                            same("day"),
                            same("3 days"))),
            Map.entry(
                    "model",
                    List.of(
                            same("local/extractive"),
                            same("ollama/qwen2.5:7b"),
                            same("cloud/claude-sonnet"),
                            same("local/llama-3.1-8B"),
                            same("gguf/tiny"),
                            same("openai/gpt-5-mini"))),
            Map.entry(
                    "folder",
                    List.of(
                            same("/var/agent-checkpoints/"),
                            same("/backup/agents"),
                            same("~/checkpoints"),
                            same("/mnt/usb/save"),
                            same("./saves"),
                            same("/data/ckpt"))),
            Map.entry(
                    "ckpt",
                    List.of(
                            same("/var/agent-checkpoints/rag-planner-001.ckpt"),
                            same("~/checkpoints/a.ckpt"),
                            same("./saves/b.ckpt"),
                            same("/data/ckpt/c.ckpt"),
                            same("old.ckpt"),
                            same("/backup/agents/d.ckpt"))),
            Map.entry(
                    "question",
                    List.of(
                            same("which forms I need"),
                            same("how much the fee is"),
                            same("when the office opens"),
                            same("what the deadline is"),
                            same("who signs the permit"),
                            same("where the documents are"))),
            Map.entry(
                    "topic",
                    List.of(
                            same("parking permits"),
                            same("garage fees"),
                            same("solar panels"),
                            same("tree felling"),
                            same("noise rules"),
                            same("opening hours"))),
            Map.entry(
                    "tool",
                    List.of(
                            same("calc"),
                            same("fs.read"),
                            same("fs.list"),
                            same("summarize"),
                            same("fs.write"),
                            same("calc"))),
            Map.entry(
                    "json",
                    List.of(
                            same("{\"expression\": \"6*7\"}"),
                            same("{\"paths\": [\"a.md\"]}"),
                            same("{\"path\": \"/data\"}"),
                            same("{\"documents\": []}"),
                            same("{\"path\": \"a\", \"content\": \"b\"}"),
                            same("{\"expression\": \"1+1\"}"))));

    static List<Item> expand(String text) {
        List<Item> items = new ArrayList<>();
        String command = "";
        int goal = 0;
        List<String> wordings = new ArrayList<>();
        for (String raw : (text + "\n> -").lines().toList()) {
            String line = raw.strip();
            if (line.startsWith("> ")) {
                goal += fill(items, command, wordings, goal);
                command = line.substring(2).equals("-") ? "" : line.substring(2);
                wordings.clear();
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                wordings.add(line);
            }
        }
        return items;
    }

    /** All fillings of one goal; answers with how many goals that makes. */
    private static int fill(List<Item> items, String command, List<String> wordings, int goal) {
        if (wordings.isEmpty()) {
            return 0;
        }
        boolean varies = SLOT.matcher(command).find();
        int fillings = varies ? FILLINGS : 1;
        for (int i = 0; i < fillings; i++) {
            for (String wording : wordings) {
                items.add(new Item(filled(wording, i, false), filled(command, i, true), goal + i));
            }
        }
        return fillings;
    }

    private static String filled(String template, int index, boolean command) {
        Matcher matcher = SLOT.matcher(template);
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            List<Filling> fillings = FILLS.getOrDefault(matcher.group(1), List.of());
            Filling filling = fillings.get(index % fillings.size());
            String value = command ? filling.meant() : filling.said();
            boolean quote = command && List.of("question", "topic", "json").contains(matcher.group(1));
            matcher.appendReplacement(text, Matcher.quoteReplacement(quote ? CommandText.quoted(value) : value));
        }
        matcher.appendTail(text);
        return text.toString();
    }

    // ------------------------------------------------------------------ names that exist

    /** The agents that the commands name: they are taken to exist, as they would where such sentences are said. */
    public static List<String> agents(List<Item> items) {
        Set<String> agents = new LinkedHashSet<>();
        for (Item item : items) {
            List<String> words = words(item.command());
            for (int i = 1; i < words.size(); i++) {
                String word = words.get(i);
                boolean id = word.matches("agent-[a-z0-9-]+");
                boolean named = i == 1 && TAKES_AGENT.contains(words.getFirst()) && word.matches("[a-z][a-z0-9-]*");
                boolean option = words.get(i - 1).matches("--agent|--subject") && word.matches("[a-z][a-z0-9-]*");
                if (id || named || option) {
                    agents.add(word);
                }
            }
        }
        Set<String> ids = new LinkedHashSet<>();
        for (String name : agents) {
            String id = name.startsWith("agent-") ? name : "agent-" + name;
            ids.add(id.matches(".*-\\d{3,}") ? id : id + "-001");
        }
        // One number a name: a name with several agents would have to be asked about.
        Set<String> called = new LinkedHashSet<>();
        List<String> single = new ArrayList<>();
        for (String id : ids) {
            if (called.add(id.replaceFirst("-\\d{3,}$", ""))) {
                single.add(id);
            }
        }
        return single;
    }

    /** Names after spawn: they are taken to be in the catalog. */
    public static List<String> catalog(List<Item> items) {
        Set<String> names = new LinkedHashSet<>();
        for (Item item : items) {
            List<String> words = words(item.command());
            if (words.size() > 1
                    && words.getFirst().equals("spawn")
                    && !words.get(1).startsWith("-")) {
                names.add(words.get(1));
            }
        }
        return List.copyOf(names);
    }

    private static final Set<String> TAKES_AGENT = Set.of(
            "pause",
            "resume",
            "kill",
            "show",
            "logs",
            "diff",
            "undo",
            "result",
            "explain",
            "checkpoint",
            "fork",
            "replay",
            "ask");

    // ------------------------------------------------------------------ the same command

    /** Whether two lines say the same: option order, the program's name and the number of an agent aside. */
    public static boolean same(String wanted, String proposed) {
        List<String> a = words(wanted);
        List<String> b = words(proposed);
        if (a.size() != b.size()) {
            return false;
        }
        List<String> left = sorted(a);
        List<String> right = sorted(b);
        for (int i = 0; i < left.size(); i++) {
            if (!alike(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    static List<String> words(String line) {
        List<String> words = new ArrayList<>(CommandText.split(line).orElse(List.of()));
        if (!words.isEmpty() && words.getFirst().matches("agentctl|agentsh")) {
            words.removeFirst();
        }
        List<String> plain = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (word.startsWith("--") && equals > 0) {
                plain.add(word.substring(0, equals));
                plain.add(word.substring(equals + 1));
            } else {
                plain.add(
                        word.equals("-f")
                                ? "--follow"
                                : word.equals("-a") ? "--all" : word.equals("-w") ? "--watch" : word);
            }
        }
        return plain;
    }

    /** Positional words in their order, then options with their values by name. */
    private static List<String> sorted(List<String> words) {
        int end = words.indexOf("--");
        List<String> head = end < 0 ? words : words.subList(0, end);
        List<String> positional = new ArrayList<>();
        List<String> options = new ArrayList<>();
        for (int i = 0; i < head.size(); i++) {
            boolean takesValue = head.get(i).startsWith("--") && !FLAGS.contains(head.get(i)) && i + 1 < head.size();
            if (takesValue) {
                options.add(head.get(i) + " " + head.get(++i));
            } else if (head.get(i).startsWith("--")) {
                options.add(head.get(i));
            } else {
                positional.add(head.get(i));
            }
        }
        options.sort(String::compareTo);
        positional.addAll(options);
        if (end >= 0) {
            positional.addAll(words.subList(end, words.size()));
        }
        return positional;
    }

    private static final Set<String> FLAGS =
            Set.of("--all", "--follow", "--watch", "--stderr", "--force", "--json", "--plain", "--minutes", "--yes");

    private static boolean alike(String a, String b) {
        return a.equalsIgnoreCase(b)
                || bare(a).filter(bare(b).orElse("")::equals).isPresent();
    }

    /** An agent's name without {@code agent-} and, where the other has none, without its number. */
    private static Optional<String> bare(String word) {
        String name = word.replaceFirst("^(--\\S+ )?agent-", "$1").replaceFirst("-\\d{3,}$", "");
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }
}
