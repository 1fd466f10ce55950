package dev.mnemo.call;

import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.OwnRequest;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/**
 * Calls that Mnemo makes itself, on behalf of a tenant and of no user: reserve → send → settle, by the same ledger as all
 * others, as key {@code maintenance}. Thread-safe.
 */
public final class OwnCalls {

    private final Budget budget;
    private final Sender sender;
    private final TokenEstimate estimate;
    private final LongSupplier nanos;

    /**
     * @param nanos a ticker that only ever rises
     */
    public OwnCalls(Budget budget, Sender sender, TokenEstimate estimate, LongSupplier nanos) {
        this.budget = budget;
        this.sender = sender;
        this.estimate = estimate;
        this.nanos = nanos;
    }

    /** Sends such a call and reads its answer. Implementations are thread-safe. */
    public interface Sender {

        /**
         * Sends the call once, with the upstream's own credential, and reads the answer.
         *
         * @param path where to, encoded
         * @return one answer, whatever its status; a {@link Refusal} when there is none. Cancelling closes the connection.
         */
        Mono<Received> send(LlmCall call, String path);
    }

    /**
     * An answer.
     *
     * @param answer what was read of it; null when it was an error or could not be read
     * @param retryAfter how long the upstream wants to be left alone; null when it does not say
     * @param unread bytes of one that began and was not read to its end; 0 when it was
     */
    public record Received(
            int status, @Nullable Answer answer, @Nullable Duration retryAfter, long unread) {}

    /** What became of a call. */
    public sealed interface Reply {

        /**
         * @param text as the model wrote it; may be empty
         */
        record Said(String text) implements Reply {}

        /** Nothing was sent: a limit has no room, or its store does not answer. */
        record Denied(Refusal why) implements Reply {}

        /**
         * @param status of the upstream's answer; 0 when there was none
         * @param retryAfter null when the upstream does not say
         */
        record Failed(int status, String why, @Nullable Duration retryAfter) implements Reply {}
    }

    /**
     * Makes a call. Its hold is settled before the reply is given, and when it is cancelled too.
     *
     * @return one reply; an error only when settling failed
     */
    public Mono<Reply> make(Tenant tenant, Upstream upstream, OwnRequest request) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new Made(call(tenant, upstream, request))),
                made -> made.reply(request.path()),
                made -> made.settled(Outcome.UPSTREAM_FAILED),
                (made, e) -> made.settled(Outcome.UPSTREAM_FAILED),
                made -> made.settled(Outcome.STOPPED));
    }

    private LlmCall call(Tenant tenant, Upstream upstream, OwnRequest own) {
        LlmCall call = new LlmCall(own.endpoint(), new HttpHeaders(), new HttpHeaders(), nanos, null);
        ChatRequest request = own.endpoint().dialect().read(own.endpoint(), own.body());
        call.want(Set.of(Part.BUDGET));
        call.read(request, ConversationNames.of(call.headers(), request), MemoryMode.OFF);
        call.caller(Caller.mnemo(tenant));
        call.upstream(upstream);
        call.estimated(estimate.prompt(tenant, request));
        return call;
    }

    /** A call under way. */
    private final class Made {

        private final LlmCall call;
        private volatile @Nullable Received received;

        Made(LlmCall call) {
            this.call = call;
        }

        Mono<Reply> reply(String path) {
            return Mono.defer(() -> budget.admit(call))
                    .map(admission -> sent(path))
                    .onErrorResume(Refusal.class, why -> Mono.just(Mono.just(new Reply.Denied(why))))
                    .flatMap(reply -> reply);
        }

        private Mono<Reply> sent(String path) {
            return sender.send(call, path)
                    .map(this::reply)
                    .onErrorResume(
                            Refusal.class, why -> Mono.just(new Reply.Failed(0, why.getMessage(), why.retryAfter())));
        }

        private Reply reply(Received came) {
            received = came;
            Answer answer = came.answer();
            if (answer == null || !answer.complete()) {
                return new Reply.Failed(came.status(), why(came), came.retryAfter());
            }
            call.end(Outcome.COMPLETE);
            return new Reply.Said(answer.text());
        }

        private static String why(Received came) {
            if (came.status() >= 300) {
                return "status " + came.status();
            }
            return came.unread() > 0 ? "an answer that broke off, or is too long" : "an answer that is none";
        }

        /**
         * @param otherwise how it has ended if it was sent, and not answered
         */
        Mono<Void> settled(Outcome otherwise) {
            Received came = received;
            if (call.isSent()) {
                call.end(otherwise);
            }
            Ending known = call.ending();
            Ending ending = came == null
                    ? known
                    : new Ending(known.outcome(), came.status(), known.sent(), came.answer(), came.unread());
            List<Mono<Void>> work = call.atEnd().stream()
                    .map(task -> Mono.defer(() -> task.apply(ending)))
                    .toList();
            return Mono.whenDelayError(work);
        }
    }
}
