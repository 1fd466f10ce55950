/** What is stored of a user, sealed with a key of that user's own. Internal: no promise of compatibility. */
@NullMarked
package dev.mnemo.seal;

import org.jspecify.annotations.NullMarked;
