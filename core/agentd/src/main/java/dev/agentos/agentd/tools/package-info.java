/** The tool gateway and the first tools: files, summaries, arithmetic. */
@NullMarked
package dev.agentos.agentd.tools;

import org.jspecify.annotations.NullMarked;
