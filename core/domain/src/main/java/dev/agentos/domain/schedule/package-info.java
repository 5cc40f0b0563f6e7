/** Whose turn it is at a model: queues by latency class, credits, deadlines and preemption, and how well it went. */
@NullMarked
package dev.agentos.domain.schedule;

import org.jspecify.annotations.NullMarked;
