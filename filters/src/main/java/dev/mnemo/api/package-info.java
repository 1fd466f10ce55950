/** Mnemo's own API, on the main port, with a tenant's key. */
@NullMarked
package dev.mnemo.api;

import org.jspecify.annotations.NullMarked;
