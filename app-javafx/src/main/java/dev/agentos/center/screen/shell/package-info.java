/** Commands and sentences, with answers that are more than text. */
@NullMarked
package dev.agentos.center.screen.shell;

import org.jspecify.annotations.NullMarked;
