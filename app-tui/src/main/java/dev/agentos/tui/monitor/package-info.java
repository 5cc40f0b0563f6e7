/** agentmon: the live view. A screen is a function of the view model and of its size. */
@NullMarked
package dev.agentos.tui.monitor;

import org.jspecify.annotations.NullMarked;
