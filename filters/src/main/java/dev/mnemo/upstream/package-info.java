/** Who answers: the upstream's address, credential, breaker and timeouts, and the bytes on their way back. */
@NullMarked
package dev.mnemo.upstream;

import org.jspecify.annotations.NullMarked;
