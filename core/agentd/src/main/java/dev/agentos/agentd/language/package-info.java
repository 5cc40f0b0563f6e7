/** Language understanding as a service: the pure router over the model worker's sentence vectors. */
@NullMarked
package dev.agentos.agentd.language;

import org.jspecify.annotations.NullMarked;
