/** What runs asked of models and tools and what they were given, kept so that a run can be gone through again. */
@NullMarked
package dev.agentos.agentd.recording;

import org.jspecify.annotations.NullMarked;
