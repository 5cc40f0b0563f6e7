/** The first ten minutes. */
@NullMarked
package dev.agentos.center.screen.tour;

import org.jspecify.annotations.NullMarked;
