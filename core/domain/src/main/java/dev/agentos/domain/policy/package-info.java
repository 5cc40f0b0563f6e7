/** The decision on one tool call: allowed, needs consent, or refused with the contract line. */
@NullMarked
package dev.agentos.domain.policy;

import org.jspecify.annotations.NullMarked;
