package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.Knowledge.Leaf;
import dev.agentos.domain.policy.Knowledge.Sighting;
import dev.agentos.domain.policy.Labels;
import java.util.ArrayList;
import java.util.List;

/**
 * The state document of kind {@code seen}: one result that a task has shown, as its values with their labels, under
 * {@code TASK/CALL}.
 *
 * @param cut whether some untrusted text was too long to keep. Its label is kept: a value out of it is then of unknown
 *     origin, which is treated no better
 */
record SeenRecord(String task, String step, String source, List<SeenLeaf> leaves, boolean cut) {

    static final String KIND = "seen";

    private static final int MAX_TEXT = 1024 * 1024;

    SeenRecord {
        leaves = List.copyOf(leaves);
    }

    record SeenLeaf(String text, boolean untrusted, boolean secret) {}

    static SeenRecord of(String task, String step, Sighting sighting) {
        List<SeenLeaf> leaves = new ArrayList<>();
        long length = 0;
        boolean cut = false;
        for (Leaf leaf : sighting.leaves()) {
            length += leaf.text().length();
            boolean tooMuch = length > MAX_TEXT
                    && leaf.labels().untrusted()
                    && !leaf.labels().secret();
            cut |= tooMuch;
            if (!tooMuch) {
                leaves.add(new SeenLeaf(
                        leaf.text(), leaf.labels().untrusted(), leaf.labels().secret()));
            }
        }
        if (cut) {
            leaves.add(new SeenLeaf("", true, false));
        }
        return new SeenRecord(task, step, sighting.source(), leaves, cut);
    }

    /** Without the texts, but for secrets. */
    static SeenRecord labelsOnly(String task, String step, Sighting sighting) {
        List<SeenLeaf> leaves = new ArrayList<>();
        boolean untrusted = false;
        for (Leaf leaf : sighting.leaves()) {
            untrusted |= leaf.labels().untrusted();
            if (leaf.labels().secret()) {
                leaves.add(new SeenLeaf(leaf.text(), leaf.labels().untrusted(), true));
            }
        }
        leaves.add(new SeenLeaf("", untrusted, false));
        return new SeenRecord(task, step, sighting.source(), leaves, untrusted);
    }

    Sighting sighting() {
        return new Sighting(
                source,
                leaves.stream()
                        .map(leaf -> new Leaf(leaf.text(), new Labels(leaf.untrusted(), leaf.secret())))
                        .toList());
    }
}
