/** The sealed family of everything that happens. The journal, the audit trail and every live view read it. */
@NullMarked
package dev.agentos.domain.event;

import org.jspecify.annotations.NullMarked;
