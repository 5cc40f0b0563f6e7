/** Agent states as a table, and supervision: restart with backoff, dead letter. */
@NullMarked
package dev.agentos.domain.lifecycle;

import org.jspecify.annotations.NullMarked;
