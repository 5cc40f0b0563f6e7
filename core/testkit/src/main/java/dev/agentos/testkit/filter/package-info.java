/** Trains the content filter's learned head and measures it. */
@NullMarked
package dev.agentos.testkit.filter;

import org.jspecify.annotations.NullMarked;
