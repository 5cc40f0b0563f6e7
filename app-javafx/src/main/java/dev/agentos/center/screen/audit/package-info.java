/** The audit explorer: search, verify, prove, export. */
@NullMarked
package dev.agentos.center.screen.audit;

import org.jspecify.annotations.NullMarked;
