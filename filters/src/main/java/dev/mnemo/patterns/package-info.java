/**
 * What a user's interactions have in common, added up one by one without a model. Pure functions, and a leaf: it knows nothing of
 * how interactions are kept, nor of who reads the line that comes of it.
 */
@NullMarked
package dev.mnemo.patterns;

import org.jspecify.annotations.NullMarked;
