/** Where an agent may connect to: names and addresses in one spelling, and the decision on each connection. */
@NullMarked
package dev.agentos.domain.egress;

import org.jspecify.annotations.NullMarked;
