/** Java adapters to Linux: the sandbox broker's client and the calls that the JDK lacks. */
@NullMarked
package dev.agentos.kernel;

import org.jspecify.annotations.NullMarked;
