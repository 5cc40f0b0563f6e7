/** The way out: one connector that every connection of an agent goes through, and the proxy in front of it. */
@NullMarked
package dev.agentos.agentd.egress;

import org.jspecify.annotations.NullMarked;
