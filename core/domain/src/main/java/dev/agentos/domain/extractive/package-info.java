/** Summaries made of the sources' own sentences, each with the line it stands on. Nothing is generated. */
@NullMarked
package dev.agentos.domain.extractive;

import org.jspecify.annotations.NullMarked;
