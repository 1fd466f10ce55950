/** Byte spans of a JSON body, and edits made of bytes. Internal: no promise of compatibility. */
@NullMarked
package dev.mnemo.json;

import org.jspecify.annotations.NullMarked;
