/** Those who run models: built in, in the model worker, or at the other end of a connection. */
@NullMarked
package dev.agentos.agentd.models.provider;

import org.jspecify.annotations.NullMarked;
