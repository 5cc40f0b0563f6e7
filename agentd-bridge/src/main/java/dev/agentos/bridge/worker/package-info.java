/**
 * The wire between agentd and the model worker: frames, their codec and the client. Needs the JDK
 * alone, because the worker loads it too.
 */
@NullMarked
package dev.agentos.bridge.worker;

import org.jspecify.annotations.NullMarked;
