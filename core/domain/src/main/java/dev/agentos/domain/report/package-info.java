/** Reports made of data alone: tables with a chart, logs with what stands out, folders with where things belong. */
@NullMarked
package dev.agentos.domain.report;

import org.jspecify.annotations.NullMarked;
