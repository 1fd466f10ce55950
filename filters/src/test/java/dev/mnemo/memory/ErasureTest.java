package dev.mnemo.memory;

import static dev.mnemo.memory.Stores.block;
import static dev.mnemo.memory.Stores.interaction;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.RedisServers;
import dev.mnemo.redis.RedisServers.Server;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/** What is left of an erased user in the file to which Redis appends all that is written, once that is rewritten: nothing. */
class ErasureTest {

    /** So short and random that packing leaves it as it is. */
    private static final String CANARY = "Zk8w-Qv3Rt";

    private static final String USER = "ada";

    private static RedisServers servers;
    private static Server redis;
    private static RedisLinks links;

    @BeforeAll
    static void begin() {
        servers = new RedisServers();
        // Packed by Redis, a text could be there and not be found.
        redis = servers.server("--appendonly", "yes", "--appendfsync", "always", "--rdbcompression", "no");
        links = TestRedis.connected(new RedisLinks(
                RedisAddress.of(redis.url()),
                Duration.ofSeconds(5),
                HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));
    }

    @AfterAll
    static void close() {
        links.closed().block();
        servers.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingOfAnErasedUserIsInTheFile(boolean sealed) {
        Tenant tenant = Stores.tenant(sealed ? "sealed" : "plain", 4, 100, sealed ? Stores.KEYS : null);
        Stores stores = new Stores(links, Memories.ACCESS);
        known(stores, tenant);
        List<byte[]> stored = stored(tenant);
        assertThat(stored).hasSizeGreaterThan(10);

        String before = file();
        assertThat(stored).as("this test finds what is there").allMatch(each -> before.contains(text(each)));
        assertThat(before.contains(CANARY)).isEqualTo(!sealed);

        block(stores.users.erase(tenant, USER));
        rewrite();

        await().atMost(Stores.PATIENCE).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            String after = file();
            assertThat(after).doesNotContain(CANARY);
            assertThat(stored).noneMatch(each -> after.contains(text(each)));
            assertThat(after).contains("somebody-else");
        });
        assertThat(redis.commands().keys("*" + tenant.id() + "*" + USER + "*"))
                .containsExactly("mnemo:v1:{" + tenant.id() + ":" + USER + "}:erased");
        assertThat(redis.commands().exists(call(tenant, "c1"))).isZero();
    }

    /** All that can be known of a user, with the canary in each text. */
    private static void known(Stores stores, Tenant tenant) {
        redis.commands().set("somebody-else", "stays");
        PreferencesStore preferences = new PreferencesStore(
                links.record(), stores.opening, Stores.TOKENS, Schedulers.immediate(), () -> Stores.AT);
        for (int i = 0; i < 3; i++) {
            byte[] document = ("{\"tone\":\"" + CANARY + i + "\"}").getBytes(UTF_8);
            block(preferences.put(tenant, USER, document, null, "web"));
        }
        for (int i = 0; i < 80; i++) {
            stores.say(
                    tenant,
                    USER,
                    Interaction.of(
                            Stores.AT.plusSeconds(i), "c", false, "q" + CANARY + i, "a" + CANARY, Stores.TOKENS));
        }
        UserAccess own = stores.open(tenant, USER);
        Snapshot block = Memories.snapshot(0, ("block " + CANARY).getBytes(UTF_8));
        for (String conversation : List.of("one", "two")) {
            block(stores.memory.freeze(tenant, USER, own, conversation, block, true));
        }
        long newest = stores.interactions
                .all(tenant, USER)
                .blockFirst(Stores.PATIENCE)
                .interaction()
                .id();
        block(stores.marks.rate(tenant, USER, newest, 0.5, "comment " + CANARY));
        String call = "c1";
        redis.commands().lpush("mnemo:v1:{" + tenant.id() + ":" + USER + "}:calls", call);
        redis.commands().set(call(tenant, call), "{\"call\":\"" + call + "\",\"user\":\"" + USER + "\"}");
        block(stores.interactions.forget(tenant, USER, interaction(500).id()));
    }

    /** Each value that stands under a key of the user, as bytes. Those that are too short to be anybody's are left out. */
    private static List<byte[]> stored(Tenant tenant) {
        List<byte[]> all = new ArrayList<>();
        for (String key : redis.commands().keys("mnemo:v1:{" + tenant.id() + ":*")) {
            byte[] name = key.getBytes(UTF_8);
            switch (redis.commands().type(key)) {
                case "string" -> all.add(block(links.record().<byte[]>send(r -> r.get(name))));
                case "list" -> all.addAll(block(links.record().<List<byte[]>>send(r -> r.lrange(name, 0, -1))));
                default -> all.addAll(block(links.record().<List<byte[]>>send(r -> r.hvals(name))));
            }
        }
        all.removeIf(each -> each.length < 12);
        return all;
    }

    private static void rewrite() {
        redis.commands().bgrewriteaof();
        await().atMost(Stores.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> redis.info("persistence", "aof_rewrite_in_progress")
                                .equals("0")
                        && redis.info("persistence", "aof_rewrite_scheduled").equals("0"));
        assertThat(redis.info("persistence", "aof_last_bgrewrite_status")).isEqualTo("ok");
    }

    /** All that Redis has written to its directory, a byte a character. */
    private static String file() {
        Path directory = Path.of(redis.commands().configGet("dir").get("dir"), "appendonlydir");
        try (Stream<Path> files = Files.walk(directory)) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(new String(Files.readAllBytes(file), ISO_8859_1));
            }
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(byte[] stored) {
        return new String(stored, ISO_8859_1);
    }

    private static String call(Tenant tenant, String call) {
        return new String(Keys.call(tenant.id(), call), UTF_8);
    }
}
