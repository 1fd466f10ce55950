package dev.mnemo.call;

import dev.mnemo.tenant.Limit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
     * Finds out what {@link #admit} would say now. It holds nothing, and nothing is told of it.
     *
     * @return one verdict, also for a call that would be refused; an error when the ledger does not answer
     */
    Mono<Weighed> weigh(LlmCall call);

    /**
     * What would become of a call.
     *
     * @param must tokens that it may use by itself: its prompt, and the most that its answer may have
     * @param wish tokens that its context block would like
     * @param granted as it would be {@link Admission#granted() granted}; 0 when it would be refused
     * @param needs what it must have of each limit that counts it, in the limit's unit
     * @param refusal null when it would be admitted
     */
    record Weighed(
            long must,
            long wish,
            long granted,
            Map<Limit, Long> needs,
            @Nullable Refusal refusal) {

        public Weighed {
            needs = Map.copyOf(needs);
        }
    }

    /**
     * What the ledger granted to a call that may go on.
     *
     * @param granted tokens that the context block may take, at most what was wished for
     */
    record Admission(long granted) {}
}
