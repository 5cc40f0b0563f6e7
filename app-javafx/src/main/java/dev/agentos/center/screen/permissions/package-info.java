/** Standing grants and secrets. */
@NullMarked
package dev.agentos.center.screen.permissions;

import org.jspecify.annotations.NullMarked;
