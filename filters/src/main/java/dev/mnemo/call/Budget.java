package dev.mnemo.call;

import reactor.core.publisher.Mono;

/** The stage that holds a call to its tenant's limits. Implementations are thread-safe. */
public interface Budget {

    /**
     * Reserves what the call may use, and has it settled when the call ends.
     *
     * @return one admission, or a {@link Refusal} as its error. Cancelling it gives back what was reserved.
     */
    Mono<Admission> admit(LlmCall call);

    /**
     * What a call that has ended has used, as it is charged. It changes nothing.
     */
    Used used(LlmCall call, Ending ending);

    /**
     * What one call has used.
     *
     * @param input tokens of its prompt, the block included
     * @param output tokens of its answer
     * @param injected tokens of the block
     * @param cost in billionths of a dollar; 0 where the model's price is not known
     */
    record Used(long input, long output, long injected, long cost) {}

    /**
     * What the ledger granted to a call that may go on.
     *
     * @param granted tokens that the context block may take, at most what was wished for
     */
    record Admission(long granted) {}
}
