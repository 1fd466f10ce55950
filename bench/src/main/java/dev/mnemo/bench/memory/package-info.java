/** How much of what is asked for stands in a block of some size: a measurement of retrieval, apart from the gateway. */
@NullMarked
package dev.mnemo.bench.memory;

import org.jspecify.annotations.NullMarked;
