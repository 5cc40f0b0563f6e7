package dev.agentos.agentd.journal;

import java.nio.file.Path;

/**
 * Where the durable things are.
 *
 * @param database the journal, the audit trail and the state documents
 * @param checkpoints the second place: signed checkpoints, one a line
 */
public record JournalFiles(Path database, Path checkpoints, Path privateKey, Path publicKey) {

    /** The standard places below a state directory. */
    public static JournalFiles in(Path stateDirectory) {
        return new JournalFiles(
                stateDirectory.resolve("journal.db"),
                stateDirectory.resolve("checkpoints").resolve("checkpoints.jsonl"),
                stateDirectory.resolve("keys").resolve("audit.key"),
                stateDirectory.resolve("keys").resolve("audit.pub"));
    }
}
