/** Server-sent events, read as they pass. Internal: no promise of compatibility. */
@NullMarked
package dev.mnemo.sse;

import org.jspecify.annotations.NullMarked;
