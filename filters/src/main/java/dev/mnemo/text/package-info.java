/**
 * What a text is made of: its words, numbers and dates, the language it is in, and that language's stems and stop words. Pure
 * functions, and a leaf: it knows nothing of Mnemo.
 */
@NullMarked
package dev.mnemo.text;

import org.jspecify.annotations.NullMarked;
