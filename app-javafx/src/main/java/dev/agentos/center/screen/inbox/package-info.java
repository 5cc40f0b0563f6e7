/** The Inbox: everything that waits for a person. */
@NullMarked
package dev.agentos.center.screen.inbox;

import org.jspecify.annotations.NullMarked;
