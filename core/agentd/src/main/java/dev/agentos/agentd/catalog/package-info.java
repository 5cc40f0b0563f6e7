/** The catalog on disk: what came with the installation, what was installed since, and whose signatures are trusted. */
@NullMarked
package dev.agentos.agentd.catalog;

import org.jspecify.annotations.NullMarked;
