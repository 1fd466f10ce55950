package dev.mnemo.dialect;

import java.nio.ByteBuffer;

/** Reads one answer as it passes, in pieces of any size. Not thread-safe. */
public interface AnswerReader {

    /** Reads what remains of the view, and keeps no reference to it. */
    void accept(ByteBuffer view);

    /** There is no more. */
    void end();

    /** What is known so far; may be asked at any time. */
    Answer answer();
}
