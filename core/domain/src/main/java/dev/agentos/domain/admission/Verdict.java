package dev.agentos.domain.admission;

import java.util.List;
import java.util.Set;

/** The answer to a contract on this machine. */
public sealed interface Verdict {

    /** The machine honours the contract as it stands. */
    record Admitted(Ledger.Reservation reservation, Bound bound) implements Verdict {}

    /** It runs, with every change itemised. Only under {@code smooth} and {@code flexible}. */
    record Substituted(Ledger.Reservation reservation, Bound bound, List<Substitution> substitutions)
            implements Verdict {
        public Substituted {
            substitutions = List.copyOf(substitutions);
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
