/** Toolkit-free view models: pure reducers over events, shared by the terminal and the window. */
@NullMarked
package dev.agentos.bridge.view;

import org.jspecify.annotations.NullMarked;
