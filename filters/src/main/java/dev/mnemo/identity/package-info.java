/** Who is calling: credential to tenant, request to user. Needs no store. */
@NullMarked
package dev.mnemo.identity;

import org.jspecify.annotations.NullMarked;
