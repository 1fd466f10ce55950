/** Whether personalisation earns its tokens: users who get no context are compared with those who do. */
@NullMarked
package dev.mnemo.experiment;

import org.jspecify.annotations.NullMarked;
