/** What the tours of both faces share. */
@NullMarked
package dev.agentos.bridge.tour;

import org.jspecify.annotations.NullMarked;
