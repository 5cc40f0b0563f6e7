/** Measurements: each prints a table and, with --json, one object. */
@NullMarked
package dev.agentos.testkit.bench;

import org.jspecify.annotations.NullMarked;
