/** What a message and a mail server may look like. */
@NullMarked
package dev.agentos.domain.mail;

import org.jspecify.annotations.NullMarked;
