/** The frame around the screens: navigation, search, status and banner. */
@NullMarked
package dev.agentos.center.shell;

import org.jspecify.annotations.NullMarked;
