/** Probes of this machine for admission. */
@NullMarked
package dev.agentos.agentd.machine;

import org.jspecify.annotations.NullMarked;
