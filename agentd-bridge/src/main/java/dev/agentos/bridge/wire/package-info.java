/** The records that travel between agentd and its clients, as JSON with snake_case names. */
@NullMarked
package dev.agentos.bridge.wire;

import org.jspecify.annotations.NullMarked;
