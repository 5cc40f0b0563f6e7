package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Optional;

/** Records about contracts and admission. */
public final class ContractWire {

    private ContractWire() {}

    /** A contract to look at. {@code source} names it in problems, for example a file name. */
    public record ContractText(String source, String text, Optional<String> latency, Optional<String> binding) {}

    public record Report(boolean valid, String name, String digest, List<ProblemView> problems, List<String> allows) {
        public Report {
            problems = List.copyOf(problems);
            allows = List.copyOf(allows);
        }
    }

    public record ProblemView(
            String severity,
            String code,
            String source,
            int line,
            int column,
            String path,
            String message,
            String next) {}

    /**
     * What admission says.
     *
     * @param verdict {@code admitted}, {@code substituted} or {@code rejected}
     * @param notes what was looked at and changes nothing, such as how soon the model was measured to answer
     */
    public record Admission(
            String verdict,
            String name,
            String digest,
            String model,
            List<String> capabilities,
            List<ItemView> items,
            List<SubstitutionView> substitutions,
            List<String> notes) {
        public Admission {
            capabilities = List.copyOf(capabilities);
            items = List.copyOf(items);
            substitutions = List.copyOf(substitutions);
            notes = notes == null ? List.of() : List.copyOf(notes);
        }
    }

    public record ItemView(String resource, String wanted, String available, String contractLine, String help) {}

    public record SubstitutionView(String resource, String wanted, String given, String contractLine, String reason) {}
}
