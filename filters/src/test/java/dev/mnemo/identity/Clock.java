package dev.mnemo.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test sets. */
final class Clock implements InstantSource {

    private volatile Instant now = Instant.parse("2026-11-25T10:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }
}
