/** The ready gateway: one main class. */
@NullMarked
package dev.mnemo.gateway;

import org.jspecify.annotations.NullMarked;
