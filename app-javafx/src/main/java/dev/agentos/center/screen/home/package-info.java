/** What happens now. */
@NullMarked
package dev.agentos.center.screen.home;

import org.jspecify.annotations.NullMarked;
