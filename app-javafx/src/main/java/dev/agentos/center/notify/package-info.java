/** Notifications of the desktop, for asks that nobody looks at. */
@NullMarked
package dev.agentos.center.notify;

import org.jspecify.annotations.NullMarked;
