/** agentctl: commands, their output and their errors. */
@NullMarked
package dev.agentos.tui.ctl;

import org.jspecify.annotations.NullMarked;
