package dev.mnemo.call;

/** A part of the line that a route's filter asks for. Identity is always part of it. */
public enum Part {
    PERSONALIZE,
    BUDGET
}
