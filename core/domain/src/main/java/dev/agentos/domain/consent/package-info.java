/** Asks, answers and grants: the one queue of everything that waits for a person. */
@NullMarked
package dev.agentos.domain.consent;

import org.jspecify.annotations.NullMarked;
