package dev.mnemo.experiment;

import java.nio.ByteBuffer;

/** What is added up of calls, in this order; new ones go to the end. */
public enum Sum {
    CALLS,
    /** Calls whose answer has begun and is no error. */
    ANSWERED,
    /** Answered calls that began a conversation. */
    CONVERSATIONS,
    /** Answered calls whose answer was for the user, not for tools. */
    TURNS,
    /** Tokens of prompts. */
    INPUT,
    /** Tokens of answers. */
    OUTPUT,
    /** Tokens of blocks. */
    INJECTED,
    /** In billionths of a dollar. */
    COST,
    /** From an answered call's arrival to the first byte of its answer, in microseconds. */
    FIRST_BYTE,
    /** From an answered call's arrival to the end of its answer, in microseconds. */
    DURATION,
    /** Calls that were refused, by Mnemo or upstream, or broke off. */
    REFUSED,
    /** How often users have rated. */
    RATINGS,
    /** Of all ratings, in thousandths. */
    RATING;

    static final int COUNT = values().length;

    /** As add.lua adds them up. */
    static byte[] toBytes(long[] sums) {
        ByteBuffer out = ByteBuffer.allocate(COUNT * Long.BYTES);
        for (long sum : sums) {
            out.putLong(sum);
        }
        return out.array();
    }
}
