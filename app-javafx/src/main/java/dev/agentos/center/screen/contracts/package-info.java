/** The contract editor. */
@NullMarked
package dev.agentos.center.screen.contracts;

import org.jspecify.annotations.NullMarked;
