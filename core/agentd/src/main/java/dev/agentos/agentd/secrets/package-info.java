/** Secrets: where their values are kept, who may use which, and how they are kept out of everything else. */
@NullMarked
package dev.agentos.agentd.secrets;

import org.jspecify.annotations.NullMarked;
