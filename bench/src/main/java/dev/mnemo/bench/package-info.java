/** The same work through a plain Spring Cloud Gateway and through Mnemo, in one run. */
@NullMarked
package dev.mnemo.bench;

import org.jspecify.annotations.NullMarked;
