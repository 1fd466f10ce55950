/**
 * Finds what a user said earlier that bears on what they ask now: an index of each interaction, a query, a ranking. A leaf:
 * no Spring, no Reactor, no Redis, and no knowledge of how interactions are kept.
 */
@NullMarked
package dev.mnemo.retrieval;

import org.jspecify.annotations.NullMarked;
