/** Where programs call models: a small HTTP server on a socket of each agent. */
@NullMarked
package dev.agentos.agentd.models.door;

import org.jspecify.annotations.NullMarked;
