/** The content filter: does a text try to give orders, and does an answer give away what it must not? Pure. */
@NullMarked
package dev.agentos.domain.filter;

import org.jspecify.annotations.NullMarked;
