/** The Java client of agentd's door. */
@NullMarked
package dev.agentos.bridge.client;

import org.jspecify.annotations.NullMarked;
