/** Graphics processors: what their makers' programs say, and what follows from it. */
@NullMarked
package dev.agentos.domain.gpu;

import org.jspecify.annotations.NullMarked;
