package dev.mnemo.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.budget.UsageBook;
import dev.mnemo.call.Audit;
import dev.mnemo.identity.KeyIdentity;
import dev.mnemo.memory.Access;
import dev.mnemo.memory.AccessStore;
import dev.mnemo.memory.CallRecords;
import dev.mnemo.memory.InteractionStore;
import dev.mnemo.memory.MarkStore;
import dev.mnemo.memory.PreferencesStore;
import dev.mnemo.memory.SummaryStore;
import dev.mnemo.memory.TokenCounter;
import dev.mnemo.memory.UserStore;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An export of one who has changed large preferences often holds nobody up. */
class UsersApiTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RedisLinks LINKS = TestRedis.links();
    private static final Scheduler BESIDE = Schedulers.newSingle("beside");

    private final Tenant tenant = Fixtures.tenant(TestRedis.fresh("users"), MemoryPolicy.DEFAULT);
    private final RedisLink redis = LINKS.record();
    private final Access access = new Access((id, why) -> {});
    private final PreferencesStore preferences = new PreferencesStore(
            redis, new AccessStore(redis, access), new TokenCounter(), Schedulers.immediate(), InstantSource.system());
    private final UsersApi api = new UsersApi(
            new ApiDoor(
                    new KeyIdentity(() -> new TenantCatalog(List.of(tenant)), InstantSource.system()), new NoAudit()),
            preferences,
            new InteractionStore(redis, access, Schedulers.immediate()),
            new MarkStore(redis, access, Schedulers.immediate()),
            new SummaryStore(redis, access),
            new UserStore(redis, new CallRecords(redis)),
            new UsageBook(redis, InstantSource.system()),
            BESIDE);

    @AfterAll
    static void close() {
        BESIDE.dispose();
        LINKS.closed().block(PATIENCE);
    }

    @Test
    void itIsPutTogetherBesideTheThreadsThatAnswered() {
        for (int changed = 0; changed < 3; changed++) {
            preferences
                    .put(tenant, "ada", large(changed).getBytes(UTF_8), null, "web")
                    .block(PATIENCE);
        }

        Export export = Objects.requireNonNull(api.begin(tenant, "ada")
                .map(begin -> new Export(Thread.currentThread().getName(), begin))
                .block(PATIENCE));

        assertThat(export.thread()).startsWith("beside");
        JsonNode versions = export.json().get("versions");
        assertThat(versions.get(0).get("diff").toString()).isEqualTo("{\"k1\":[1,false],\"k2\":[2,true]}");
        assertThat(versions.get(1).get("diff").toString()).isEqualTo("{\"k0\":[0,false],\"k1\":[1,true]}");
        assertThat(versions.get(2).get("diff")).hasSize(800);
        assertThat(export.json().get("preferences").get("document"))
                .isEqualTo(JsonMapper.shared().readTree(large(2)));
    }

    /** Eight hundred members, of which one is like no other. */
    private static String large(int changed) {
        return IntStream.range(0, 800)
                .mapToObj(i -> "\"k" + i + "\":[" + i + (i == changed ? ",true]" : ",false]"))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private record Export(String thread, byte[] begin) {

        JsonNode json() {
            String text = new String(begin, UTF_8);
            return JsonMapper.shared().readTree(text.substring(0, text.length() - 1) + "}");
        }
    }

    private static final class NoAudit implements Audit {

        @Override
        public void changed(Change change) {}

        @Override
        public void refused(Refused refused) {}
    }
}
