package dev.mnemo.bench.memory;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What one user said over months, and what is asked of it. */
record History(String name, int turns, List<Line> lines, List<Question> questions) {

    /** @param facts the names of what stands in it */
    record Line(long id, long conversation, Instant at, String user, String assistant, Set<String> facts) {}

    /** @param facts the names of all that an answer needs */
    record Question(String text, Set<String> facts) {}
}
