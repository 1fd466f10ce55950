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

    /**
     * The same for a call that is only looked at: what would be composed for it. Nothing is written, frozen or remembered.
     *
     * @return one look, or an error as {@link #recall} has it
     */
    Mono<Look> look(LlmCall call);

    /** What was recalled for one call, waiting to know how much room it has. */
    @FunctionalInterface
    interface Recollection {

        /**
         * Packs what was recalled into the tokens granted and writes the block into the call; what is long goes on beside the
         * event loops.
         *
         * @return what was done, or why nothing was; or a {@link Refusal} as an error. Nothing is done before it is subscribed
         */
        Mono<Context> compose(long grantedTokens);
    }

    /** A recollection that tells, once it was composed, what goes into the call. */
    interface Look extends Recollection {

        Piece block();

        /** What stands behind the user's words. */
        Piece tail();
    }

    /**
     * A piece of context. Nobody changes its bytes.
     *
     * @param text the content of a JSON string, escaped; empty when it does not go into the call
     * @param account what was chosen and what was left out, and why: a JSON object; empty when nothing was composed
     */
    record Piece(byte[] text, byte[] account) {

        public static final Piece NONE = new Piece(new byte[0], new byte[0]);
    }
}
