package dev.agentos.domain.explain;

import dev.agentos.domain.contract.Filesystem;
import dev.agentos.domain.port.Sandbox.Receipt;
import java.util.List;
import java.util.Optional;

/**
 * What an explanation is derived from.
 *
 * @param filesystem the declared paths with the run's inputs put in
 * @param systemPaths where the host's programs are mounted, read-only
 * @param serviceFolders the service's own folders, which no contract opens
 * @param receipt the lines that were proven at the start; empty before it
 * @param limits the limits in words, as they were asked for
 */
public record SandboxFacts(
        Filesystem filesystem,
        List<String> systemPaths,
        List<String> serviceFolders,
        List<Receipt.Line> receipt,
        LimitWords limits) {

    public SandboxFacts {
        systemPaths = List.copyOf(systemPaths);
        serviceFolders = List.copyOf(serviceFolders);
        receipt = List.copyOf(receipt);
    }

    /** The limits of the whole tree. */
    public record LimitWords(String memory, String pids, String cpu, String openFiles, String disk, String diskFiles) {}

    Optional<Receipt.Line> line(String mechanism) {
        return receipt.stream()
                .filter(line -> line.mechanism().equals(mechanism))
                .findFirst();
    }

    /** Whether the receipt says that a mechanism holds. Before a start nothing is known, and what is mandatory holds. */
    boolean holds(String mechanism) {
        return line(mechanism).map(line -> line.actual().equals("enforced")).orElse(true);
    }

    /** What the receipt says about the mechanism, to be put behind a reason. */
    String standing(String mechanism) {
        return line(mechanism)
                .map(line -> "; receipt: " + mechanism + " " + line.actual()
                        + (line.actual().equals("enforced") || line.how().isEmpty() ? "" : " (" + line.how() + ")"))
                .orElse("");
    }
}
