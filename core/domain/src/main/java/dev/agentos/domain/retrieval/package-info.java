/** Finding the passages of documents that answer a question, each with the place where it stands. */
@NullMarked
package dev.agentos.domain.retrieval;

import org.jspecify.annotations.NullMarked;
