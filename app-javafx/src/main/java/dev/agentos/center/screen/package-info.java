/** One package a screen, and the list of them. */
@NullMarked
package dev.agentos.center.screen;

import org.jspecify.annotations.NullMarked;
