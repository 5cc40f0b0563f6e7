/** From a sentence to a command: exact grammar, then meaning, then slots; what is not sure is asked. Pure. */
@NullMarked
package dev.agentos.domain.language;

import org.jspecify.annotations.NullMarked;
