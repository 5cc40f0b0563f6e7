/** Why an operation of a process agent was or would be refused, derived from its contract and its enforcement receipt. */
@NullMarked
package dev.agentos.domain.explain;

import org.jspecify.annotations.NullMarked;
