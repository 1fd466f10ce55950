package dev.mnemo.memory;

import dev.mnemo.call.Context;
import dev.mnemo.call.Detached;
import dev.mnemo.call.LlmCall;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.json.SplicedBody.Edit;
import dev.mnemo.memory.Finder.Found;
import dev.mnemo.memory.Interaction.Fingerprint;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What fits the user's words in each turn anew, where a tenant wants that: it stands behind those words, so that all before them
 * stays as the provider has cached it. It is frozen for its turn: in a tool loop each call has the same. Thread-safe.
 */
final class Tails {

    private final MemoryStore store;
    private final Finder finder;
    private final Detached detached;

    /**
     * @param detached runs the freezing of a tail beside the call
     */
    Tails(MemoryStore store, Finder finder, Detached detached) {
        this.store = store;
        this.finder = finder;
        this.detached = detached;
    }

    /**
     * What may stand behind the user's words.
     *
     * @param frozen by an earlier call of the turn; null in its first
     * @param found the best first; empty when it is frozen
     */
    record Candidates(@Nullable Snapshot frozen, Found found) {

        static final Candidates NONE = new Candidates(null, Found.NOTHING);
    }

    /** None where there are no words, or no place behind them. Never an error. */
    Mono<Candidates> recall(Turn turn, UserAccess own) {
        String words = turn.call().request().lastUserText();
        if (words == null || words.isBlank()) {
            return Mono.just(Candidates.NONE);
        }
        // What another conversation that began with the same words was given is not this one's.
        Mono<Snapshot> before = turn.call().conversation().starts()
                ? Mono.empty()
                : store.frozen(turn.tenant(), turn.user(), own, name(turn, own, words));
        return before.onErrorResume(e -> Mono.empty())
                .map(frozen -> new Candidates(frozen, Found.NOTHING))
                .switchIfEmpty(
                        Mono.defer(() -> finder.find(turn, own, words)).map(found -> new Candidates(null, found)));
    }

    /**
     * Places it, if there is room beside the block.
     *
     * @param block what was done with the block
     * @return both together
     */
    Context place(Turn turn, Recalled recalled, Candidates candidates, Context block, long granted) {
        LlmCall call = turn.call();
        long room = Math.min(granted - block.tokens(), call.contextCap() / 2);
        Snapshot tail = candidates.frozen() == null ? composed(turn, candidates.found(), room) : candidates.frozen();
        if (candidates.frozen() == null) {
            freeze(turn, recalled, tail);
        }
        if (tail.isEmpty() || tail.tokens() > room) {
            return block;
        }
        List<Edit> edits = call.dialect().placeTail(call.request(), tail.block());
        if (edits.isEmpty()) {
            return block;
        }
        SplicedBody before = turn.spliced();
        turn.spliced((before == null ? SplicedBody.of(call.request().body()) : before).with(edits));
        turn.tail(tail);
        return new Context(
                block.tokens() + tail.tokens(),
                block.preferences(),
                block.interactions(),
                block.snapshot(),
                block.summary(),
                block.retrieved() + tail.shown().retrieved(),
                null);
    }

    /** None is frozen too: one that came in the middle of a tool loop would change what the provider has cached. */
    private void freeze(Turn turn, Recalled recalled, Snapshot tail) {
        LlmCall call = turn.call();
        String words = call.request().lastUserText();
        if (words != null && !words.isBlank() && !call.request().counts() && !turn.isPreview()) {
            Snapshot kept = tail.of(recalled.revision());
            UserAccess own = recalled.own();
            detached.run(store.freezeTail(call.tenant(), turn.user(), own, name(turn, own, words), kept));
        }
    }

    private static Snapshot composed(Turn turn, Found found, long room) {
        return found.hits().isEmpty()
                ? Snapshot.EMPTY
                : ContextBlock.tail(found, Exchanges.of(turn.call().request()), inBlock(turn), room);
    }

    private static Set<Long> inBlock(Turn turn) {
        Snapshot block = turn.shown();
        return block == null || !turn.isPlaced() ? Set.of() : Account.shown(block.account());
    }

    /** The conversation's first name, which it has in all calls of the turn, and the words: keyed, where names tell nothing. */
    private static String name(Turn turn, UserAccess own, String words) {
        return "w:" + turn.call().conversation().first() + ':'
                + Interaction.toHex(own.seal().tag(Fingerprint.of(words).value()));
    }
}
