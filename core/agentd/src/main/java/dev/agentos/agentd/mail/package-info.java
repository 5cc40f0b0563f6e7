/** The way of messages out of the service: the operator's mail server, and one delivery at a time to it. */
@NullMarked
package dev.agentos.agentd.mail;

import org.jspecify.annotations.NullMarked;
