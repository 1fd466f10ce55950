package dev.mnemo.memory;

import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.memory.Finder.Found;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.retrieval.Entry;
import dev.mnemo.retrieval.Hit;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.Tenant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Memory as a test has it in hand: nothing is sealed, and nobody was ever erased. */
final class Memories {

    static final UserAccess OWN = new UserAccess("", Seal.NONE);

    /** Of a user of whom nothing is known. */
    static final Opened OPENED = new Opened(OWN, null, "0", null, Attempt.NONE);

    static final Access ACCESS = new Access((tenant, why) -> {});

    private static final byte[] NOTHING = {};

    private Memories() {}

    static MemoryStore store(RedisLinks links) {
        return new MemoryStore(links.recall(), links.record(), ACCESS);
    }

    static AccessStore access(RedisLinks links) {
        return new AccessStore(links.record(), ACCESS);
    }

    static Mono<Void> append(MemoryStore store, Tenant tenant, String user, Interaction interaction) {
        return append(store, tenant, user, interaction, new Fingerprint(interaction.id()));
    }

    static Mono<Void> append(
            MemoryStore store, Tenant tenant, String user, Interaction interaction, Fingerprint request) {
        byte[] record = InteractionCodec.encode(interaction, request, Seal.NONE);
        return store.remember(tenant, user, "", new Memo(record, "", NOTHING, "0"))
                .then();
    }

    static Parts parts(Preferences preferences, List<Interaction> recent, @Nullable Snapshot previous) {
        return new Parts(OPENED, preferences.version(), preferences, Summary.NONE, Marks.NONE, recent, previous);
    }

    /** As if it had been looked for, and come in this order. */
    static Found found(List<Archived> best) {
        List<Hit> hits = best.stream()
                .map(each -> new Entry(each.id(), each.conversation(), each.tokens(), each.index(), 0, false))
                .map(entry -> new Hit(entry, 1, 1, 0, false))
                .toList();
        return new Found(hits, best.stream().collect(Collectors.toMap(Archived::id, each -> each, (a, b) -> a)));
    }

    /** Such as one that shows nothing but a preference. */
    static Snapshot snapshot(long revision, byte[] block) {
        return new Snapshot(revision, 100, new Snapshot.Shown(1, false, 0, 0), false, NOTHING, block);
    }

    /** For calls of which no interaction is remembered, so that it needs nobody who writes profiles. */
    static Recorder recorder(RedisLinks links, CallRecords calls, InstantSource clock) {
        return new Recorder(
                new MemoryStore(links.recall(), links.record(), ACCESS),
                new AccessStore(links.record(), ACCESS),
                new ArchiveStore(links.recall(), links.record(), Schedulers.immediate(), Schedulers.immediate()),
                calls,
                new Indexer(null),
                null,
                new TokenCounter(),
                Schedulers.immediate(),
                Schedulers.immediate(),
                clock);
    }
}
