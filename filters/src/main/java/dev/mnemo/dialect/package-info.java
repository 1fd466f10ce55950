/** Wire formats: where a request keeps its parts, where the block goes, what an answer says. Internal. */
@NullMarked
package dev.mnemo.dialect;

import org.jspecify.annotations.NullMarked;
