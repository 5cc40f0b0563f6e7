/** Canonical records, hash chain, Merkle tree (RFC 6962), signed checkpoints and their verification. */
@NullMarked
package dev.agentos.domain.audit;

import org.jspecify.annotations.NullMarked;
