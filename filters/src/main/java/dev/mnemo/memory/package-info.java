/** What is known of a user: preferences, interactions, and the block that a conversation is given of them. */
@NullMarked
package dev.mnemo.memory;

import org.jspecify.annotations.NullMarked;
