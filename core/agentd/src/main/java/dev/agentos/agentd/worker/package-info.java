/** The model worker: a sandboxed JVM started on demand. */
@NullMarked
package dev.agentos.agentd.worker;

import org.jspecify.annotations.NullMarked;
