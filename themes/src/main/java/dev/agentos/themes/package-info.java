/** Colour and spacing tokens by role: one source for the terminal palette and the desktop's style sheet. */
@NullMarked
package dev.agentos.themes;

import org.jspecify.annotations.NullMarked;
