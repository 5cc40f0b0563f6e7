/** The consent card: one view for the Inbox and for the window that a notification opens. */
@NullMarked
package dev.agentos.center.consent;

import org.jspecify.annotations.NullMarked;
