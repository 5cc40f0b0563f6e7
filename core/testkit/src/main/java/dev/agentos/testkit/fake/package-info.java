/** The world around the service, made by hand: no mocks, no waiting for real time. */
@NullMarked
package dev.agentos.testkit.fake;

import org.jspecify.annotations.NullMarked;
