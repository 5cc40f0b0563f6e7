/** The resource ledger, the schedulability test and the verdict on a contract. */
@NullMarked
package dev.agentos.domain.admission;

import org.jspecify.annotations.NullMarked;
