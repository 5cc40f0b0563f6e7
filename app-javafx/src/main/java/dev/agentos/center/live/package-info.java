/** What the window hears of agentd. */
@NullMarked
package dev.agentos.center.live;

import org.jspecify.annotations.NullMarked;
