package dev.agentos.bridge.view;

import java.util.ArrayList;
import java.util.List;

/** The changes that lead from one text to another, by lines, as few as there are. */
public final class LineDiff {

    /** Beyond this many lines the middle of two texts is one change: nobody reads such a diff line by line. */
    private static final int LONGEST = 4_000;

    private LineDiff() {}

    /**
     * A run of lines that differ.
     *
     * @param at index in the first text, from 0, where {@code removed} stands and {@code added} takes its place
     * @param now index of {@code added} in the second text
     */
    public record Change(int at, int now, List<String> removed, List<String> added) {
        public Change {
            removed = List.copyOf(removed);
            added = List.copyOf(added);
        }

        /** The change as lines of a diff. */
        public List<TextLine> lines() {
            List<TextLine> lines = new ArrayList<>();
            removed.forEach(line -> lines.add(new TextLine(Tone.BAD, "- " + line)));
            added.forEach(line -> lines.add(new TextLine(Tone.OK, "+ " + line)));
            return lines;
        }
    }

    /** Every change from {@code before} to {@code after}, in order. */
    public static List<Change> changes(String before, String after) {
        List<String> a = lines(before);
        List<String> b = lines(after);
        int start = 0;
        while (start < a.size() && start < b.size() && a.get(start).equals(b.get(start))) {
            start++;
        }
        int endA = a.size();
        int endB = b.size();
        while (endA > start && endB > start && a.get(endA - 1).equals(b.get(endB - 1))) {
            endA--;
            endB--;
        }
        if (start == endA && start == endB) {
            return List.of();
        }
        if (endA - start > LONGEST || endB - start > LONGEST) {
            return List.of(new Change(start, start, a.subList(start, endA), b.subList(start, endB)));
        }
        return middle(a.subList(start, endA), b.subList(start, endB), start);
    }

    /** By the longest common subsequence. */
    private static List<Change> middle(List<String> a, List<String> b, int offset) {
        int[][] common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] = a.get(i).equals(b.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<Change> changes = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            int fromA = i;
            int fromB = j;
            while ((i < a.size() || j < b.size())
                    && !(i < a.size() && j < b.size() && a.get(i).equals(b.get(j)))) {
                if (j >= b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
                    i++;
                } else {
                    j++;
                }
            }
            if (i > fromA || j > fromB) {
                add(changes, new Change(offset + fromA, offset + fromB, a.subList(fromA, i), b.subList(fromB, j)));
            }
            while (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                i++;
                j++;
            }
        }
        return changes;
    }

    /** As many lines as before are so many changes, each of one line, so that each can be judged alone. */
    private static void add(List<Change> changes, Change whole) {
        if (whole.removed().size() != whole.added().size()) {
            changes.add(whole);
            return;
        }
        for (int i = 0; i < whole.removed().size(); i++) {
            changes.add(new Change(
                    whole.at() + i,
                    whole.now() + i,
                    List.of(whole.removed().get(i)),
                    List.of(whole.added().get(i))));
        }
    }

    /** The first text with this one change made. */
    public static String with(String before, Change change) {
        return replaced(before, change.at(), change.removed().size(), change.added());
    }

    /** The second text with this one change taken back. */
    public static String without(String after, Change change) {
        return replaced(after, change.now(), change.added().size(), change.removed());
    }

    private static String replaced(String text, int at, int count, List<String> lines) {
        List<String> all = new ArrayList<>(lines(text));
        List<String> place = all.subList(at, at + count);
        place.clear();
        place.addAll(lines);
        return all.isEmpty() ? "" : String.join("\n", all) + "\n";
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
