/** agentsh: the line-mode shell. Commands without a prefix, sentences that are shown as commands before they run. */
@NullMarked
package dev.agentos.tui.shell;

import org.jspecify.annotations.NullMarked;
