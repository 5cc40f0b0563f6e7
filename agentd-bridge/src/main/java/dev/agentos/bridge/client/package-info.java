/** The Java client of agentd: HTTP/1.1 and server-sent events over its Unix socket. */
@NullMarked
package dev.agentos.bridge.client;

import org.jspecify.annotations.NullMarked;
