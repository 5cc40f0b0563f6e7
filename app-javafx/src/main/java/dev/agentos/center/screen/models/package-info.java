/** Models of this machine. */
@NullMarked
package dev.agentos.center.screen.models;

import org.jspecify.annotations.NullMarked;
