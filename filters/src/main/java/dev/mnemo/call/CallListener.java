package dev.mnemo.call;

/** Is told of each call that has ended. Called on an event loop: it must neither block nor throw. */
public interface CallListener {

    /** The answer has ended; what settles and records the call begins now. */
    void ended(LlmCall call, Ending ending);

    /**
     * The call is settled and recorded, or that has failed.
     *
     * @param nanos since {@link #ended}
     */
    void settled(LlmCall call, long nanos);
}
