/** The service: composition, configuration, start and stop. */
@NullMarked
package dev.agentos.agentd;

import org.jspecify.annotations.NullMarked;
