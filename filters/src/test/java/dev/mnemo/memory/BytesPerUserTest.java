package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Calls;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/** What a user costs in Redis: the figures of docs/capacity.md. */
@Tag("long")
class BytesPerUserTest {

    private static final int USERS = 5_000;

    /** A question and an answer of a chat, in characters; 10 such pairs are 10 KB of JSON. */
    private static final int QUESTION = 150;

    private static final int ANSWER = 850;

    private static final TokenCounter TOKENS = new TokenCounter();

    private final Tenant tenant = Fixtures.tenant("capacity", MemoryPolicy.DEFAULT);

    @Test
    void bytesPerUser() {
        TestRedis.Own own = new TestRedis.Own();
        try (RedisClient admin = RedisClient.create(own.url())) {
            var redis = admin.connect().sync();
            RedisLinks links = TestRedis.connected(new RedisLinks(
                    RedisAddress.of(own.url()),
                    Duration.ofSeconds(10),
                    HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));
            MemoryStore store = Memories.store(links);
            PreferencesStore preferences = new PreferencesStore(
                    links.record(), Memories.access(links), TOKENS, Schedulers.immediate(), InstantSource.system());
            String text = text();
            Random random = new Random(7);

            long begin = used(redis.info("memory"));
            each(user -> preferences.put(tenant, user, PREFERENCES, null, "web").then());
            long withPreferences = used(redis.info("memory"));
            each(user -> changes(preferences, user, 9));
            long withVersions = used(redis.info("memory"));
            each(user -> turns(store, user, text, random, 10));
            long withTen = used(redis.info("memory"));
            each(user -> turns(store, user, text, random, 10));
            long withTwenty = used(redis.info("memory"));
            List<Interaction> shown =
                    Flux.range(0, 5).map(i -> turn(text, random)).collectList().block();
            Snapshot block = ContextBlock.compose(
                    Memories.parts(Preferences.NONE, shown, null),
                    List.of(),
                    Finder.Found.NOTHING,
                    new Exchanges(Set.of(), null),
                    2_000,
                    tenant.memory());
            each(user -> store.freeze(tenant, user, Memories.OWN, "0123456789abcdef", block, true));
            long withBlock = used(redis.info("memory"));

            report("preferences of " + PREFERENCES.length + " bytes", withPreferences - begin);
            report("9 more versions of them", withVersions - withPreferences);
            report("10 interactions (20 messages)", withTen - withVersions);
            report("20 interactions (40 messages)", withTwenty - withVersions);
            report("a conversation's block of " + block.tokens() + " tokens", withBlock - withTwenty);
            CallRecords calls = new CallRecords(links.record());
            Recorder recorder = Memories.recorder(links, calls, InstantSource.system());
            each(user -> recorder.record(called(user, block), Calls.ended(200, Outcome.COMPLETE, 1_900, 320)));
            long withCall = used(redis.info("memory"));
            each(user -> recorder.record(called(user, block), Calls.ended(200, Outcome.COMPLETE, 1_900, 320)));
            report("what the first call was given", withCall - withBlock);
            report("what each further call was given", used(redis.info("memory")) - withCall);
            assertThat((withTen - withVersions + withPreferences - begin) / USERS)
                    .as("preferences and 20 messages of 10 KB of JSON")
                    .isLessThan(9_000);
            links.closed().block();
        } finally {
            own.stop();
        }
    }

    private Turn called(String user, Snapshot block) {
        Turn turn = new Turn(Calls.streamed(tenant, "gpt-5.4-mini"), user, false);
        turn.shown(block);
        turn.granted(2_000);
        return turn;
    }

    private static final byte[] PREFERENCES =
            "{\"tone\":\"direct, no fluff\",\"language\":\"Go\",\"units\":\"metric\",\"answer_in\":\"German\",\"level\":\"expert\"}"
                    .getBytes(UTF_8);

    private interface Work {
        Mono<Void> on(String user);
    }

    private static void each(Work work) {
        Flux.range(0, USERS).concatMap(user -> work.on("user-" + user), 8).blockLast(Duration.ofMinutes(3));
    }

    private Mono<Void> changes(PreferencesStore preferences, String user, int count) {
        return Flux.range(0, count)
                .concatMap(i ->
                        preferences.patch(tenant, user, ("{\"level\":\"" + i + "\"}").getBytes(UTF_8), null, "backend"))
                .then();
    }

    private Mono<Void> turns(MemoryStore store, String user, String text, Random random, int count) {
        List<Mono<Void>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(Memories.append(store, tenant, user, turn(text, random)));
        }
        return Flux.concat(all).then();
    }

    private static Interaction turn(String text, Random random) {
        return Interaction.of(
                Instant.parse("2026-11-25T10:00:00Z"),
                "c",
                false,
                piece(text, random, QUESTION),
                piece(text, random, ANSWER),
                TOKENS);
    }

    private static String piece(String text, Random random, int length) {
        int from = random.nextInt(text.length() - length);
        return text.substring(from, from + length);
    }

    private static void report(String what, long bytes) {
        System.out.printf("%s: %d bytes a user%n", what, bytes / USERS);
    }

    private static long used(String info) {
        return info.lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length())))
                .findFirst()
                .orElseThrow();
    }

    private static String text() {
        try (InputStream in = BytesPerUserTest.class.getResourceAsStream("/texts/en.txt")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
