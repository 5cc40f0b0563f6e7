/** The durable journal and the audit trail over SQLite, and the signed checkpoints beside it. */
@NullMarked
package dev.agentos.agentd.journal;

import org.jspecify.annotations.NullMarked;
