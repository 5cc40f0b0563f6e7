/** Limits that stop: tool calls, turns, tokens, cost and wall time. */
@NullMarked
package dev.agentos.domain.budget;

import org.jspecify.annotations.NullMarked;
