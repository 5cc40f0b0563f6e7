/** The consent card and the ways to answer it. */
@NullMarked
package dev.agentos.tui.consent;

import org.jspecify.annotations.NullMarked;
