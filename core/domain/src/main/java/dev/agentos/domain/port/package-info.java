/** What the rules need from outside. Adapters live in agentd and kernel-support. */
@NullMarked
package dev.agentos.domain.port;

import org.jspecify.annotations.NullMarked;
