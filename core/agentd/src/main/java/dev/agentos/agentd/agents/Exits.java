package dev.agentos.agentd.agents;

import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.port.Sandbox.Exit;
import java.util.Optional;

/** How a process ended, for its owner. */
final class Exits {

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

    static String words(Exit exit, ContractDocument document) {
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
