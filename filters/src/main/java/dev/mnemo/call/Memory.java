package dev.mnemo.call;

import reactor.core.publisher.Mono;

/** The stage that knows users. Implementations are thread-safe. */
public interface Memory {

    /**
     * Fetches what is known of the call's user, and has the exchange remembered when the call ends.
     *
     * @return one recollection; never an error but a {@link Refusal}, where the tenant asked for one. It changes nothing,
     *     so it may be cancelled.
     */
    Mono<Recollection> recall(LlmCall call);

    /** What was recalled for one call, waiting to know how much room it has. */
    @FunctionalInterface
    interface Recollection {

        /**
         * Packs what was recalled into the tokens granted and writes the block into the call.
         *
         * @return what was done, or why nothing was
         */
        Context compose(long grantedTokens);
    }
}
