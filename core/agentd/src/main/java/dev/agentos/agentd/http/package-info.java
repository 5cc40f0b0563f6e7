/** The door: routes, OpenAPI, errors, event streams, peer credentials. */
@NullMarked
package dev.agentos.agentd.http;

import org.jspecify.annotations.NullMarked;
