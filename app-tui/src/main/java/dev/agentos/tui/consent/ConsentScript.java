package dev.agentos.tui.consent;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Answers written down beforehand, for tests. One rule a line: {@code allow TOOL [TARGET-GLOB] [SCOPE]} or
 * {@code deny TOOL [TARGET-GLOB]}; {@code *} is any tool; {@code #} begins a remark. The first rule that fits answers.
 */
public final class ConsentScript {

    private static final Set<String> SCOPES = Set.of("once", "run", "restart", "30d");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    /** A rule; {@code glob} without a slash is for the last part of the target. */
    public record Rule(boolean allow, String tool, String glob, String scope) {

        boolean fits(AskView ask) {
            if (!tool.equals("*") && !tool.equals(ask.tool())) {
                return false;
            }
            String target = glob.contains("/")
                    ? ask.target()
                    : ask.target().substring(ask.target().lastIndexOf('/') + 1);
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
            return glob.equals("*") || matcher.matches(Path.of(target));
        }
    }

    private final List<Rule> rules;

    private ConsentScript(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * Reads a script.
     *
     * @throws IllegalArgumentException that names the line and what is wrong with it
     */
    public static ConsentScript parse(String source, List<String> lines) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                rules.add(rule(source + ":" + (i + 1), List.of(SPACE.split(line, 0))));
            }
        }
        if (rules.isEmpty()) {
            throw new IllegalArgumentException(source + ": there is no rule; write for example: allow fs.write");
        }
        return new ConsentScript(rules);
    }

    /** A script that allows one tool, once each time. */
    public static ConsentScript allowing(String tool) {
        return new ConsentScript(List.of(new Rule(true, tool, "*", "once")));
    }

    private static Rule rule(String place, List<String> words) {
        boolean allow = words.getFirst().equals("allow");
        if (!allow && !words.getFirst().equals("deny")) {
            throw new IllegalArgumentException(place + ": a rule begins with allow or deny, not " + words.getFirst());
        }
        if (words.size() < 2 || words.size() > 4) {
            throw new IllegalArgumentException(place + ": write allow TOOL [TARGET-GLOB] [once|run|restart|30d]");
        }
        String glob = "*";
        String scope = "once";
        for (String word : words.subList(2, words.size())) {
            if (SCOPES.contains(word)) {
                scope = word;
            } else {
                glob = word;
            }
        }
        return new Rule(allow, words.get(1), glob, scope);
    }

    /** The first rule that fits; empty when the script says nothing about this ask. */
    public Optional<Rule> ruleFor(AskView ask) {
        return rules.stream().filter(rule -> rule.fits(ask)).findFirst();
    }
}
