/** Agents in memory, the commands on them, managed runs, process supervision and recovery. */
@NullMarked
package dev.agentos.agentd.agents;

import org.jspecify.annotations.NullMarked;
