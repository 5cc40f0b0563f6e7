/** agentlog: what happened, by time, level, agent, run, correlation or words; also when agentd does not answer. */
@NullMarked
package dev.agentos.tui.log;

import org.jspecify.annotations.NullMarked;
