/** What a host can and cannot enforce, what follows for contracts, and what repairs it. */
@NullMarked
package dev.agentos.domain.doctor;

import org.jspecify.annotations.NullMarked;
