/** What operators see of the line, as meters. */
@NullMarked
package dev.mnemo.metrics;

import org.jspecify.annotations.NullMarked;
