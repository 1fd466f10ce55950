/** Redis as Mnemo uses it: keys, scripts, and one link for each purpose. Knows nothing of calls. Internal. */
@NullMarked
package dev.mnemo.redis;

import org.jspecify.annotations.NullMarked;
