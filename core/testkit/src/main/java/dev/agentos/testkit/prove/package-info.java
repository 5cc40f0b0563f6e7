/** Campaigns that attack and crash the real service, and count what got through. */
@NullMarked
package dev.agentos.testkit.prove;

import org.jspecify.annotations.NullMarked;
