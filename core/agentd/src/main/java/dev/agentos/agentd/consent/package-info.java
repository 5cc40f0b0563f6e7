/** The durable consent queue as a service. */
@NullMarked
package dev.agentos.agentd.consent;

import org.jspecify.annotations.NullMarked;
