package dev.agentos.domain.contract;

import java.util.List;
import java.util.Map;

/** YAML documents that are no contracts, read with the same care: duplicate keys, alias bombs and tags are refused. */
public final class PlainYaml {

    private PlainYaml() {}

    /** What became of a text. */
    public sealed interface Outcome {
        /** A mapping of texts, {@code Long}, {@code Double}, {@code Boolean}, lists and mappings; nulls are left out. */
        record Read(Map<String, Object> values) implements Outcome {}

        record Unreadable(List<Problem> problems) implements Outcome {
            public Unreadable {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Reads one document that is a mapping. */
    public static Outcome read(String text, String sourceName) {
        Findings findings = new Findings(sourceName);
        var tree = YamlReader.read(text, findings);
        if (tree.isEmpty() || findings.hasErrors()) {
            return new Outcome.Unreadable(findings.problems());
        }
        if (!(tree.get() instanceof YamlTree.Mapping mapping)) {
            findings.error(
                    "",
                    tree.get().position(),
                    "wrong-type",
                    "a mapping is needed, not " + tree.get().described(),
                    "begin with a key and a colon");
            return new Outcome.Unreadable(findings.problems());
        }
        Map<String, Object> values = new Values(findings).plain("", mapping);
        return findings.hasErrors() ? new Outcome.Unreadable(findings.problems()) : new Outcome.Read(values);
    }
}
