/** The ledger: limits, windows, reservations, and what was used. */
@NullMarked
package dev.mnemo.budget;

import org.jspecify.annotations.NullMarked;
