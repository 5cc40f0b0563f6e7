/**
 * JSON on plain Java values, strict in what it reads and canonical (RFC 8785) in what it writes.
 *
 * <p>The values are {@code Map<String, ?>} (in source order), {@code List<?>}, {@code String}, {@code Long},
 * {@code Double}, {@code Boolean} and {@code null}. What is hashed or signed goes through here, so that the
 * same value has the same bytes on every machine.
 */
@NullMarked
package dev.agentos.domain.json;

import org.jspecify.annotations.NullMarked;
