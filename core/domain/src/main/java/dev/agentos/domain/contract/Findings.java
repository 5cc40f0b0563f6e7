package dev.agentos.domain.contract;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The problems found so far in one file, and where its keys stand. */
final class Findings {
    /** More are counted, not kept: nobody reads the second hundred. */
    static final int MAX_PROBLEMS = 100;

    private final String source;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, SourcePosition> positions = new HashMap<>();
    private int dropped;
    private Severity worstDropped = Severity.WARNING;

    Findings(String source) {
        this.source = source;
    }

    String source() {
        return source;
    }

    void place(String path, SourcePosition position) {
        positions.putIfAbsent(path, position);
    }

    Map<String, SourcePosition> positions() {
        return positions;
    }

    void error(String path, SourcePosition position, Fault fault) {
        add(problem(source, Severity.ERROR, path, position, fault));
    }

    void error(String path, SourcePosition position, String code, String message, String next) {
        error(path, position, new Fault(code, message, next));
    }

    void warning(String path, SourcePosition position, String code, String message, String next) {
        add(problem(source, Severity.WARNING, path, position, new Fault(code, message, next)));
    }

    /** Reports what the rules between fields found, except where it rests on a field that could not be read. */
    void report(List<ContractRules.Finding> findings) {
        // Chosen before any is added: a finding must not silence the next one about the same field.
        List<ContractRules.Finding> meaningful = findings.stream()
                .filter(finding -> finding.involved().stream().noneMatch(this::hasErrorIn))
                .toList();
        for (ContractRules.Finding finding : meaningful) {
            SourcePosition position = ContractDocument.nearest(finding.path(), positions);
            add(problem(source, finding.severity(), finding.path(), position, finding.fault()));
        }
    }

    boolean hasErrors() {
        return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    boolean hasErrorIn(String section) {
        return problems.stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .map(Problem::path)
                .anyMatch(path ->
                        path.equals(section) || path.startsWith(section + ".") || path.startsWith(section + "["));
    }

    /** In the order of the file. */
    List<Problem> problems() {
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        if (dropped > 0) {
            sorted.add(new Problem(
                    "too-many",
                    worstDropped,
                    source,
                    1,
                    1,
                    "",
                    dropped + " more problems are not listed",
                    "solve these first"));
        }
        return sorted;
    }

    static Problem problem(String source, Severity severity, String path, SourcePosition position, Fault fault) {
        return new Problem(
                fault.code(),
                severity,
                source,
                position.line(),
                position.column(),
                path,
                fault.message(),
                fault.next());
    }

    private void add(Problem problem) {
        if (problems.size() < MAX_PROBLEMS || (problem.severity() == Severity.ERROR && !hasErrors())) {
            problems.add(problem);
        } else {
            dropped++;
            if (problem.severity() == Severity.ERROR) {
                worstDropped = Severity.ERROR;
            }
        }
    }
}
