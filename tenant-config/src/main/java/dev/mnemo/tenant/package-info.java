/** The tenant model: YAML files read into validated, immutable records. Plain Java and Jackson; no Spring. */
@NullMarked
package dev.mnemo.tenant;

import org.jspecify.annotations.NullMarked;
