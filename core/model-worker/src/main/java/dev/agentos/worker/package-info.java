/** The model worker: one process, one socket, one embedding model. */
@NullMarked
package dev.agentos.worker;

import org.jspecify.annotations.NullMarked;
