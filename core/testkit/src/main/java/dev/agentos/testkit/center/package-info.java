/** The control centre driven from outside: a window over a real agentd, keys and clicks, pictures. */
@NullMarked
package dev.agentos.testkit.center;

import org.jspecify.annotations.NullMarked;
