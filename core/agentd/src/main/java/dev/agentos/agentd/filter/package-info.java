/** The content filter at work: its model, and what it does with the results of tools. */
@NullMarked
package dev.agentos.agentd.filter;

import org.jspecify.annotations.NullMarked;
