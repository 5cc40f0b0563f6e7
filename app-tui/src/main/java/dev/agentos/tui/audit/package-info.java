/** The audit trail read and checked without the service that wrote it. */
@NullMarked
package dev.agentos.tui.audit;

import org.jspecify.annotations.NullMarked;
