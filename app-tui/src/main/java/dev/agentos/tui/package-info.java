/** The terminal programs. */
@NullMarked
package dev.agentos.tui;

import org.jspecify.annotations.NullMarked;
