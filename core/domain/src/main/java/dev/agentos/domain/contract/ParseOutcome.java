package dev.agentos.domain.contract;

import java.util.List;

/** What became of a contract text: a document, or everything that is wrong with it. */
public sealed interface ParseOutcome {
    /** A contract that holds, with what its author should still know. */
    record Parsed(ContractDocument document, List<Problem> warnings) implements ParseOutcome {
        public Parsed {
            warnings = List.copyOf(warnings);
        }
    }

    /** No contract: at least one error, in the order of the file, warnings among them. */
    record Invalid(List<Problem> problems) implements ParseOutcome {
        public Invalid {
            problems = List.copyOf(problems);
            if (problems.stream().noneMatch(problem -> problem.severity() == Severity.ERROR)) {
                throw new IllegalArgumentException("an invalid contract has at least one error");
            }
        }
    }
}
