/** A real agentd with its broker in a folder of its own, to be measured, crashed and restarted. */
@NullMarked
package dev.agentos.testkit.service;

import org.jspecify.annotations.NullMarked;
