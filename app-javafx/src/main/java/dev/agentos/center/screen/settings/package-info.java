/** Look, text size, machine and doctor. */
@NullMarked
package dev.agentos.center.screen.settings;

import org.jspecify.annotations.NullMarked;
