/** Tools, their approval, and what agentd would decide on a call. */
@NullMarked
package dev.agentos.center.screen.tools;

import org.jspecify.annotations.NullMarked;
