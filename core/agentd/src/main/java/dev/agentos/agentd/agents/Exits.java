package dev.agentos.agentd.agents;

import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.port.Sandbox.Exit;
import dev.agentos.domain.port.Sandbox.LimitHits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a process ended, for its owner. */
final class Exits {

    private static final long WORTH_TELLING_MS = 1_000;

    private Exits() {}

    static ExitView view(Exit exit) {
        return new ExitView(exit.code(), exit.signal(), exit.reason());
    }

    /** An end that the service brought about. */
    static ExitView view(Exit exit, AgentRecord.Stop stop) {
        return new ExitView(exit.code(), exit.signal(), stop.code());
    }

    /** An agent that never ran, or whose sandbox is gone. */
    static ExitView none(String code) {
        return new ExitView(Optional.empty(), Optional.empty(), code);
    }

    /** How it ended, and which limits it met on the way where it did not end well. */
    static String words(Exit exit, ContractDocument document) {
        String end = end(exit, document);
        String met = met(exit.hits(), document);
        boolean well = exit.code().map(code -> code == 0).orElse(false);
        return well || met.isEmpty() ? end : end + "; " + met;
    }

    /** The limits that were met, each with the line that sets it; empty when none was. */
    static String met(LimitHits hits, ContractDocument document) {
        List<String> words = new ArrayList<>();
        long refused = hits.pidsMax().orElse(0);
        if (refused > 0) {
            words.add(refused + " times a process or thread more than its "
                    + document.contract().compute().pids() + " was refused, " + document.lineOf("compute.pids"));
        }
        long ooms = hits.oomKills().orElse(0);
        if (ooms > 0) {
            words.add(ooms + (ooms == 1 ? " process" : " processes") + " of it ended for want of memory, "
                    + document.lineOf("compute.mem"));
        }
        long throttled = hits.cpuThrottledMicros().orElse(0) / 1_000;
        if (throttled >= WORTH_TELLING_MS) {
            words.add("its CPU limit held it back for " + throttled / 1000 + "." + throttled % 1000 / 100 + " s, "
                    + document.lineOf("compute.cpu"));
        }
        long overruns = hits.deadlineOverruns().orElse(0);
        if (overruns > 0) {
            words.add("it used up its reserved time before it was done in " + overruns
                    + (overruns == 1 ? " period, " : " periods, ") + document.lineOf("schedule"));
        }
        return words.isEmpty() ? "" : "limits met: " + String.join("; ", words);
    }

    private static String end(Exit exit, ContractDocument document) {
        if (exit.reason().equals("oom")) {
            return "it ran out of memory: the limit is "
                    + document.contract().compute().memBytes() / (1024 * 1024) + " MiB, "
                    + document.lineOf("compute.mem");
        }
        if (exit.signal().isPresent()) {
            int signal = exit.signal().get();
            return switch (signal) {
                case 31 -> "it made a system call that no sandbox allows (SIGSYS)";
                case 25 ->
                    "it wrote a file larger than its disk space, "
                            + document.contract().compute().diskBytes() / (1024 * 1024) + " MiB, "
                            + document.lineOf("compute.disk") + " (SIGXFSZ)";
                default -> "it was ended by signal " + signal;
            };
        }
        int code = exit.code().orElse(-1);
        return code == 0 ? "it exited with 0" : "it exited with " + code;
    }
}
