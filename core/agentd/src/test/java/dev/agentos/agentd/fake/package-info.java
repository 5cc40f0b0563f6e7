/** The world around the service, made by hand. The testkit has the same fakes and proves them against the real ones. */
@NullMarked
package dev.agentos.agentd.fake;

import org.jspecify.annotations.NullMarked;
