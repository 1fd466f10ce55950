package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Detached;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Remembered;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** All that reads and writes what is kept of users, over one Redis. */
final class Stores {

    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");
    static final TokenCounter TOKENS = new TokenCounter();
    static final SealKeys KEYS = new SealKeys(List.of("k".repeat(32).getBytes(UTF_8)), false);

    final CallRecords calls;
    final MemoryStore memory;
    final AccessStore opening;
    final ArchiveStore archive;
    final InteractionStore interactions;
    final MarkStore marks;
    final Importer importer;
    final UserStore users;

    Stores(RedisLinks links, Access access) {
        Scheduler background = Schedulers.immediate();
        calls = new CallRecords(links.record());
        memory = new MemoryStore(links.recall(), links.record(), access);
        opening = new AccessStore(links.record(), access);
        archive = new ArchiveStore(links.recall(), links.record(), background, background);
        interactions = new InteractionStore(links.record(), access, background);
        marks = new MarkStore(links.record(), access, background);
        importer = new Importer(
                links.record(), access, new Indexer(null), TOKENS, background, () -> AT.plus(Duration.ofDays(1)));
        users = new UserStore(links.record(), calls);
    }

    /** As calls use it, on the thread that asks. */
    UserMemory userMemory(RedisLinks links, Detached detached) {
        Scheduler here = Schedulers.immediate();
        return new UserMemory(
                memory,
                new Finder(archive, null, here, here, PATIENCE),
                Memories.recorder(links, calls, InstantSource.system()),
                TOKENS,
                detached);
    }

    static Tenant tenant(String id, int keep, int archive, @Nullable SealKeys keys) {
        return Fixtures.tenant(
                id, new Fixtures.Memory().keep(keep).archive(archive).seal(keys).policy());
    }

    /** As the ends of calls do, one each second. */
    void say(Tenant tenant, String user, int from, int to) {
        for (int i = from; i < to; i++) {
            say(tenant, user, interaction(i));
        }
    }

    void say(Tenant tenant, String user, Interaction interaction) {
        UserAccess own = open(tenant, user);
        byte[] record = InteractionCodec.encode(interaction, new Fingerprint(interaction.id()), own.seal());
        Memo memo = new Memo(record, "", new byte[0], "0");
        Remembered.Done done = (Remembered.Done) block(memory.remember(tenant, user, own.era(), memo));
        if (ArchiveStore.isDue(tenant.memory(), done.interactions(), done.bytes())) {
            block(archive.fold(tenant, user, own, done.interactions()));
        }
    }

    Imported bring(Tenant tenant, String user, String... lines) {
        return block(
                importer.bring(tenant, user, Mono.just(String.join("\n", lines).getBytes(UTF_8))));
    }

    UserAccess open(Tenant tenant, String user) {
        return block(opening.open(tenant, user)).own();
    }

    /** What all of them asked, newest first. */
    List<String> asked(Tenant tenant, String user) {
        return interactions
                .all(tenant, user)
                .map(kept -> kept.interaction().userText())
                .collectList()
                .block(PATIENCE);
    }

    static Interaction interaction(int i) {
        return Interaction.of(AT.plusSeconds(i), "c", false, "question " + i, "answer " + i, TOKENS);
    }

    /** The same as a line of an import. */
    static String line(int i) {
        return "{\"at\":\"" + AT.plusSeconds(i) + "\",\"conversation\":\"c\",\"user\":\"question " + i
                + "\",\"assistant\":\"answer " + i + "\"}";
    }

    static <T> T block(Mono<T> mono) {
        return mono.blockOptional(PATIENCE).orElse(null);
    }
}
