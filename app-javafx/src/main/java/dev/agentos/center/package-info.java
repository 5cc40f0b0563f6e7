/** The control centre: the desktop face of agentd. */
@NullMarked
package dev.agentos.center;

import org.jspecify.annotations.NullMarked;
