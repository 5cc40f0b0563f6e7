/** Catalog entries: what one says of itself, who signed it, and what it may do in words. */
@NullMarked
package dev.agentos.domain.catalog;

import org.jspecify.annotations.NullMarked;
