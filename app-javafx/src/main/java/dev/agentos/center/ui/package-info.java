/** What screens are made of: the door to the UI thread, stores of state, and parts that every screen shares. */
@NullMarked
package dev.agentos.center.ui;

import org.jspecify.annotations.NullMarked;
