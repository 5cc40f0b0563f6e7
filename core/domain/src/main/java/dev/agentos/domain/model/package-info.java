/** Calls of language models: what is asked, what comes back piece by piece, and who may ask which model. */
@NullMarked
package dev.agentos.domain.model;

import org.jspecify.annotations.NullMarked;
