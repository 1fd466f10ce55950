/** Wiring for any Spring Cloud Gateway; the only package that knows Spring Boot. */
@NullMarked
package dev.mnemo.autoconfigure;

import org.jspecify.annotations.NullMarked;
