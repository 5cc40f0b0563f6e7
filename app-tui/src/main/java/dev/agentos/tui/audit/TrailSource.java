package dev.agentos.tui.audit;

import dev.agentos.domain.audit.AuditVerifier.Stored;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Something that holds an audit trail and its checkpoints. */
interface TrailSource extends AutoCloseable {

    /** Who is told what the source itself finds wrong. */
    interface Findings {
        void find(long seq, String code, String message);
    }

    /** Who is given the records, in stored order. */
    interface Records {
        void accept(Stored record);
    }

    /** What to call it. */
    String name();

    /** The public key, Base64 of its X.509 form; empty when there is none. */
    Optional<String> publicKey() throws IOException;

    /** Lines of signed checkpoints, oldest first. */
    List<String> checkpoints() throws IOException;

    /** Feeds every record that can be read and reports what cannot be. */
    void read(Records records, Findings findings) throws IOException;

    @Override
    void close() throws IOException;
}
