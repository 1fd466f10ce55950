/** What operators see of the line: meters, traces, lines of the log, and the audit. */
@NullMarked
package dev.mnemo.metrics;

import org.jspecify.annotations.NullMarked;
