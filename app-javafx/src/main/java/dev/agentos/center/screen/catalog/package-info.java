/** What can be started, what each may do, and starting it. */
@NullMarked
package dev.agentos.center.screen.catalog;

import org.jspecify.annotations.NullMarked;
