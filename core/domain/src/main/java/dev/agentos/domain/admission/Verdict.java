package dev.agentos.domain.admission;

import java.util.List;
import java.util.Set;

/** The answer to a contract on this machine. */
public sealed interface Verdict {

    /**
     * The machine honours the contract as it stands.
     *
     * @param notes what was looked at and changes nothing, in words
     */
    record Admitted(Ledger.Reservation reservation, Bound bound, List<String> notes) implements Verdict {
        public Admitted {
            notes = List.copyOf(notes);
        }

        public Admitted(Ledger.Reservation reservation, Bound bound) {
            this(reservation, bound, List.of());
        }
    }

    /**
     * It runs, with every change itemised. Only under {@code smooth} and {@code flexible}.
     *
     * @param notes what was looked at and changes nothing, in words
     */
    record Substituted(
            Ledger.Reservation reservation, Bound bound, List<Substitution> substitutions, List<String> notes)
            implements Verdict {
        public Substituted {
            substitutions = List.copyOf(substitutions);
            notes = List.copyOf(notes);
        }

        public Substituted(Ledger.Reservation reservation, Bound bound, List<Substitution> substitutions) {
            this(reservation, bound, substitutions, List.of());
        }
    }

    /** It does not run; every failing item is listed, not only the first. */
    record Rejected(List<Item> items) implements Verdict {
        public Rejected {
            items = List.copyOf(items);
        }
    }

    /**
     * What the contract was bound to.
     *
     * @param model empty when the agent needs none
     * @param capabilities effective tools
     * @param lost capabilities of the contract that this machine cannot serve
     */
    record Bound(String model, Set<String> capabilities, Set<String> lost, long cpuMillis, long memoryBytes) {
        public Bound {
            capabilities = Set.copyOf(capabilities);
            lost = Set.copyOf(lost);
        }
    }

    /** One thing that the contract wants and the machine lacks. */
    record Item(String resource, String wanted, String available, String contractLine, String help) {}

    /** One thing that was replaced. An empty {@code given} is a loss. */
    record Substitution(String resource, String wanted, String given, String contractLine, String reason) {}
}
