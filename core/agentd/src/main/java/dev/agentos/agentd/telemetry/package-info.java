/** Metrics, spans and the history that the faces draw. */
@NullMarked
package dev.agentos.agentd.telemetry;

import org.jspecify.annotations.NullMarked;
