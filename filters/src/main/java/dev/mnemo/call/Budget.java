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
     * What the ledger granted to a call that may go on.
     *
     * @param granted tokens that the context block may take, at most what was wished for
     */
    record Admission(long granted) {}
}
