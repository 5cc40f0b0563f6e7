package dev.agentos.testkit.prove;

import dev.agentos.testkit.prove.Attacks.Attack;
import dev.agentos.testkit.prove.Attacks.Attempt;
import dev.agentos.testkit.prove.Attacks.Report;
import dev.agentos.testkit.service.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts inside and outside together. A spelling is tried when the control got through with it; else it is skipped,
 * because this machine refuses it to everybody and a refusal inside would show nothing.
 */
final class AttackTable {

    /** Outside as the agent's user, and as root where only that shows that the attack works. */
    record Control(Optional<Report> asAgent, Optional<Report> asRoot) {

        private Optional<Attempt> asAgent(String how) {
            return asAgent.flatMap(report -> report.attempt(how));
        }

        private boolean worksAsAgent(String how) {
            return asAgent(how).map(Attempt::through).orElse(false);
        }

        private boolean worksAsRoot(String how) {
            return asRoot.flatMap(report -> report.attempt(how))
                    .map(Attempt::through)
                    .orElse(false);
        }

        private String whyNot(String how) {
            return asAgent(how).map(Attempt::refusal).orElse("the control did not run");
        }
    }

    private final Figures figures;
    private final List<String> findings = new ArrayList<>();
    private final Set<String> mechanisms = new LinkedHashSet<>();
    private long tried;
    private long through;
    private long unexplained;
    private long skipped;

    AttackTable(Figures figures) {
        this.figures = figures;
    }

    /** Adds an attack. {@code explained} is the service's answer, empty when it has none. */
    void add(Attack attack, String variant, Report inside, Control control, Optional<String> explained) {
        Set<String> by = new LinkedHashSet<>();
        List<String> open = new ArrayList<>();
        Map<String, List<String>> left = new LinkedHashMap<>();
        int here = 0;
        for (Attempt attempt : inside.tries()) {
            boolean works = control.worksAsAgent(attempt.how()) || control.worksAsRoot(attempt.how());
            if (attempt.through()) {
                here++;
                open.add(attempt.how() + " (" + attempt.detail() + ")");
            } else if (attempt.skipped() || !works) {
                String why = attempt.skipped() ? attempt.detail() : control.whyNot(attempt.how());
                left.computeIfAbsent(why, _ -> new ArrayList<>()).add(attempt.how());
            } else {
                here++;
                by.add(mechanism(attempt, control));
            }
        }
        tried += here;
        through += open.size();
        String name = attack.name() + variant;
        open.forEach(how -> findings.add(name + " got through: " + how));
        left.forEach((why, hows) -> {
            skipped += hows.size();
            figures.skip(name + ", " + String.join(", ", hows), "refused to everybody here or not there: " + why);
        });
        mechanisms.addAll(by);
        boolean needsWords = here > open.size();
        if (needsWords && explained.isEmpty()) {
            unexplained++;
            findings.add(name + " is not explained: " + attack.operation() + " " + attack.target());
        }
        figures.row(row(
                name,
                here == 0 ? "skipped" : open.isEmpty() ? "refused" : "THROUGH",
                here + " of " + inside.tries().size(),
                by.isEmpty() ? "-" : String.join(", ", by),
                needsWords ? explained.orElse("UNEXPLAINED") : "-"));
    }

    /** Adds one observation that is not made of spellings. */
    void observe(String name, boolean gotThrough, boolean works, String by, String explained) {
        if (!works) {
            skipped++;
            figures.skip(name, "the control outside was not fooled either");
        } else {
            tried++;
            through += gotThrough ? 1 : 0;
            if (gotThrough) {
                findings.add(name + " got through");
            }
        }
        figures.row(row(
                name,
                !works ? "skipped" : gotThrough ? "THROUGH" : "refused",
                works ? "1 of 1" : "0 of 1",
                by,
                explained));
    }

    private static String mechanism(Attempt attempt, Control control) {
        // As another user than in the control, the mode of the file may have been enough.
        boolean sameUser = control.worksAsAgent(attempt.how());
        return attempt.by().equals("Landlock") && !sameUser ? "file mode" : attempt.by();
    }

    private static Map<String, String> row(String name, String result, String spellings, String by, String explained) {
        Map<String, String> cells = new LinkedHashMap<>();
        cells.put("attack", name);
        cells.put("result", result);
        cells.put("spellings", spellings);
        cells.put("refused by", by);
        cells.put("explained by", explained);
        return cells;
    }

    List<String> findings() {
        return List.copyOf(findings);
    }

    long through() {
        return through;
    }

    long unexplained() {
        return unexplained;
    }

    /** Writes the sums. */
    void finish() {
        figures.top("tried", tried)
                .top("through", through)
                .top("unexplained", unexplained)
                .put("spellings_tried", tried)
                .put("spellings_skipped", skipped)
                .put("mechanisms", String.join(", ", mechanisms));
    }
}
