/** The first ten minutes: a governed agent on real documents, step by step. */
@NullMarked
package dev.agentos.tui.tour;

import org.jspecify.annotations.NullMarked;
