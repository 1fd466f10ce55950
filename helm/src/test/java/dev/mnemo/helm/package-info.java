/** Tests of the Helm chart: what it renders, what it refuses, and that its values are told. */
@NullMarked
package dev.mnemo.helm;

import org.jspecify.annotations.NullMarked;
