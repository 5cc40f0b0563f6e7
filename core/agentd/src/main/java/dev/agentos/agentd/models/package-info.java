/** The gateway to models: every call is routed, counted, queued, recorded and answered here. */
@NullMarked
package dev.agentos.agentd.models;

import org.jspecify.annotations.NullMarked;
