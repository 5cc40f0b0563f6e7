/** The pages that set AgentOS up. They show commands and run none. */
@NullMarked
package dev.agentos.center.screen.installer;

import org.jspecify.annotations.NullMarked;
