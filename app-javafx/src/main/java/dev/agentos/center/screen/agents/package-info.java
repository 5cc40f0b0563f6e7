/** Agents: the list, and one agent's story. */
@NullMarked
package dev.agentos.center.screen.agents;

import org.jspecify.annotations.NullMarked;
