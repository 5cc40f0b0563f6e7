/** Models for tests and benches: weights of our own making, and providers that misbehave. */
@NullMarked
package dev.agentos.testkit.models;

import org.jspecify.annotations.NullMarked;
