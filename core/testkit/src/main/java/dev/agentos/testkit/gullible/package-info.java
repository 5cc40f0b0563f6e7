/** An agent that obeys every injection it is shown, its replay scripts, and the oracle that sees what really happened. */
@NullMarked
package dev.agentos.testkit.gullible;

import org.jspecify.annotations.NullMarked;
