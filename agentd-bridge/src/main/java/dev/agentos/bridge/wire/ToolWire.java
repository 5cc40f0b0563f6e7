package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Map;

/** Records about the approval of tools. */
public final class ToolWire {

    private ToolWire() {}

    /**
     * A tool as a person judges it.
     *
     * @param kind {@code built-in} or {@code command}
     * @param state one word: whether it may be used, awaits a person, changed since, or is refused
     * @param reason why it cannot be used, or empty
     * @param digest of the tool as it is: what an approval names; empty where it cannot be told
     * @param approvedDigest of what is approved, or empty
     * @param approvedBy who approved that, or empty
     * @param now the tool as it is, one line for each value
     * @param diff the change since the approval as a unified diff; all of it where nothing is approved
     * @param signer whose signature it has; empty for built-in tools
     */
    public record Approval(
            String name,
            String kind,
            String state,
            String reason,
            String next,
            String digest,
            String approvedDigest,
            String approvedBy,
            String approvedAt,
            List<String> now,
            String diff,
            String signer) {
        public Approval {
            now = List.copyOf(now);
        }
    }

    public record Approvals(List<Approval> tools) {
        public Approvals {
            tools = List.copyOf(tools);
        }
    }

    /** Approves a tool, if its digest is still the one that was shown. */
    public record Approve(String digest) {}

    /** The files of a command tool, base64 by path, its manifest among them. */
    public record CommandFiles(Map<String, String> files) {
        public CommandFiles {
            files = Map.copyOf(files);
        }
    }
}
