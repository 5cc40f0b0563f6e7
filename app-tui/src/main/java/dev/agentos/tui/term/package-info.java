/** The terminal: what it can show, safe text, keys, prompts. */
@NullMarked
package dev.agentos.tui.term;

import org.jspecify.annotations.NullMarked;
