package dev.mnemo.memory;

import static dev.mnemo.memory.Stores.block;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** Whoever looks at what is kept of a user of a sealing tenant changes nothing, in a real Redis. */
class ReadingTest {

    private static final RedisLinks LINKS = TestRedis.links();

    private final List<String> unreadable = new ArrayList<>();
    private final Access access = new Access((tenant, why) -> unreadable.add(tenant + " " + why));
    private final Stores stores = new Stores(LINKS, access);
    private final PreferencesStore preferences = preferences(LINKS.record());
    private final Tenant sealed = Stores.tenant(TestRedis.fresh("read"), 20, 100, Stores.KEYS);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void whoIsNotKnownStaysSo() {
        assertThat(block(preferences.get(sealed, "ada")).present()).isFalse();
        assertThat(block(preferences.versions(sealed, "ada"))).isEmpty();
        assertThat(stores.asked(sealed, "ada")).isEmpty();
        assertThat(block(stores.interactions.one(sealed, "ada", 7))).isNull();
        assertThat(block(new SummaryStore(LINKS.record(), access).get(sealed, "ada")))
                .isNotNull();
        assertThat(block(stores.users.conversations(sealed, "ada"))).isEmpty();

        assertThat(TestRedis.commands().keys(key("*"))).isEmpty();
    }

    @Test
    void aSaltThatIsGoneIsNotMadeAnewForWhatItSealed() {
        String call = "0".repeat(32);
        TestRedis.commands().lpush(key("calls"), call);
        block(stores.marks.comment(sealed, "ada", call, "a canary"));
        assertThat(block(stores.marks.ofCalls(sealed, "ada", List.of(call)))).containsEntry(call, "a canary");
        TestRedis.commands().del(key("profile"));

        assertThat(block(stores.marks.ofCalls(sealed, "ada", List.of(call)))).isEmpty();

        assertThat(TestRedis.commands().exists(key("profile"))).isZero();
    }

    @Test
    void whatIsSetForTheFirstTimeWhileItIsReadRaisesNoAlarm() {
        Runnable set = () -> block(preferences.put(sealed, "ada", "{\"a\":1}".getBytes(UTF_8), null, "web"));

        assertThat(block(preferences(TestRedis.interrupted(1, set)).get(sealed, "ada"))
                        .present())
                .isFalse();
        block(stores.users.erase(sealed, "ada"));
        assertThat(block(preferences(TestRedis.interrupted(1, set)).versions(sealed, "ada")))
                .isEmpty();

        assertThat(unreadable).isEmpty();
        assertThat(block(preferences.get(sealed, "ada")).json()).isEqualTo("{\"a\":1}");
    }

    private PreferencesStore preferences(RedisLink link) {
        return new PreferencesStore(
                link, new AccessStore(link, access), Stores.TOKENS, Schedulers.immediate(), () -> Stores.AT);
    }

    private String key(String name) {
        return "mnemo:v1:{" + sealed.id() + ":ada}:" + name;
    }
}
