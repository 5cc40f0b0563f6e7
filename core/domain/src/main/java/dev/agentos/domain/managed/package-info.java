/** The loop of an agent that a model drives: what it is shown, what it asks for, what is kept after each step. Pure. */
@NullMarked
package dev.agentos.domain.managed;

import org.jspecify.annotations.NullMarked;
