/** The line: one call as a typed object, and the stages it moves through, once and in one direction. */
@NullMarked
package dev.mnemo.call;

import org.jspecify.annotations.NullMarked;
