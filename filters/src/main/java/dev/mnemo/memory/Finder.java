package dev.mnemo.memory;

import dev.mnemo.memory.ArchiveStore.All;
import dev.mnemo.memory.Marks.Mark;
import dev.mnemo.retrieval.Embedder;
import dev.mnemo.retrieval.Entry;
import dev.mnemo.retrieval.Hit;
import dev.mnemo.retrieval.Query;
import dev.mnemo.retrieval.Ranking;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Finds, among all that is kept of a user, what fits some words. A call waits for it once in a conversation, and never for
 * long: what cannot be found in time, or at all, is left out. Thread-safe.
 */
public final class Finder {

    private static final Logger log = LoggerFactory.getLogger(Finder.class);

    /** Of what fits, so much is tried: a block has no room for more. */
    private static final int MOST = 500;

    /** Archives that a replica reads at once: each may be megabytes. Who comes beyond finds nothing. */
    private static final int AT_ONCE = 16;

    private final ArchiveStore archive;
    private final @Nullable Embedder embedder;
    private final Duration patience;
    private final Scheduler background;
    private final Scheduler finding;
    private final AtomicBoolean loading = new AtomicBoolean();
    private final Semaphore room = new Semaphore(AT_ONCE);

    /**
     * @param embedder null to compare words alone
     * @param background where the model is loaded
     * @param finding where words are read for a call that waits
     * @param patience how long a call waits; what does not come by then comes too late
     */
    public Finder(
            ArchiveStore archive,
            @Nullable Embedder embedder,
            Scheduler background,
            Scheduler finding,
            Duration patience) {
        this.archive = archive;
        this.embedder = embedder;
        this.background = background;
        this.finding = finding;
        this.patience = patience;
    }

    /** What fits, the best first; empty when nothing does. Never an error. */
    Mono<Found> find(Turn turn, UserAccess own, String words) {
        return Mono.defer(() -> room.tryAcquire()
                ? search(turn, own, words).doFinally(signal -> room.release())
                : Mono.just(Found.NOTHING));
    }

    private Mono<Found> search(Turn turn, UserAccess own, String words) {
        return Mono.zip(
                        archive.all(turn.tenant(), turn.user(), own),
                        // A model takes as long as Redis: it reads the words meanwhile.
                        Mono.fromCallable(() -> Query.of(words, embedder)).subscribeOn(finding))
                .doOnNext(both -> load())
                .map(both -> found(both.getT1(), both.getT2()))
                .timeout(patience)
                .onErrorResume(e -> {
                    log.debug("nothing was looked for in what is kept: {}", e.toString());
                    return Mono.just(Found.NOTHING);
                });
    }

    /** The first who looks after a start does not wait for the model; the next may have it. */
    private void load() {
        if (embedder != null && !embedder.isReady() && loading.compareAndSet(false, true)) {
            background.schedule(() -> load(embedder));
        }
    }

    private static void load(Embedder embedder) {
        try {
            embedder.document("Loaded now, and by no call.");
        } catch (RuntimeException e) {
            // It has said so itself.
            log.debug("what is kept is looked through by words alone: {}", e.toString());
        }
    }

    static Found found(All kept, Query query) {
        List<Archived> all = kept.interactions();
        Map<Long, Archived> byId = new HashMap<>();
        all.forEach(each -> byId.put(each.id(), each));
        List<Entry> entries =
                all.stream().map(each -> entry(each, kept.marks())).toList();
        List<Hit> hits = Ranking.rank(query, entries, Set.of()).stream()
                .filter(Hit::isFound)
                .limit(MOST)
                .toList();
        return new Found(hits, byId);
    }

    /**
     * What was found.
     *
     * @param hits the best first
     * @param byId all that was looked through
     */
    record Found(List<Hit> hits, Map<Long, Archived> byId) {

        static final Found NOTHING = new Found(List.of(), Map.of());

        Archived archived(Hit hit) {
            return Objects.requireNonNull(byId.get(hit.entry().id()));
        }
    }

    private static Entry entry(Archived each, Marks marks) {
        Mark mark = marks.of(each.id());
        // A pin outweighs a bad rating.
        float rating = (float) (mark.pinned() ? Math.max(0, mark.rating()) : mark.rating());
        return new Entry(each.id(), each.conversation(), each.tokens(), each.index(), rating, mark.pinned());
    }
}
