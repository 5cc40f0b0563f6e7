/** Secrets as the rules see them: names, references, and how a value is kept out of everything that is shown. */
@NullMarked
package dev.agentos.domain.secret;

import org.jspecify.annotations.NullMarked;
