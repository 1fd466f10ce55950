package dev.mnemo.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Calls;
import dev.mnemo.call.Context;
import dev.mnemo.call.Context.Reason;
import dev.mnemo.call.Detached;
import dev.mnemo.call.LlmCall;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a conversation's calls are given one after the other, over a real Redis. */
class UserMemoryTest {

    private static final RedisLinks LINKS = TestRedis.links();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ASKED = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}";
    private static final String GOES_ON =
            ASKED + ",{\"role\":\"assistant\",\"content\":\"Hi\"},{\"role\":\"user\",\"content\":\"And now?\"}";

    private final Stores stores = new Stores(LINKS, Memories.ACCESS);
    private final Detached detached = new Detached(10);
    private final Tenant tenant = Fixtures.tenant(
            TestRedis.fresh("memory"), new Fixtures.Memory().recent(5).policy());
    private final UserMemory memory = stores.userMemory(LINKS, detached);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void aConversationThatBeganWithoutBudgetHasItsBlockOnceThereIsSome() {
        stores.say(tenant, "ada", 0, 2);

        assertThat(composed(ASKED, 60).reason()).isEqualTo(Reason.BUDGET);

        assertThat(composed(GOES_ON, Long.MAX_VALUE).interactions()).isEqualTo(2);
    }

    @Test
    void aSmallBlockIsKeptAsItIs() {
        stores.say(tenant, "ada", 0, 2);
        Context small = composed(ASKED, 118);

        Context later = composed(GOES_ON, Long.MAX_VALUE);

        assertThat(small.interactions()).isEqualTo(1);
        assertThat(later.interactions()).isEqualTo(1);
        assertThat(later.snapshot()).isTrue();
    }

    private Context composed(String body, long granted) {
        LlmCall call = Calls.of(tenant, "ada", body + "]}");
        Context context = memory.recall(call).block(PATIENCE).compose(granted).block(PATIENCE);
        detached.drained().block(PATIENCE);
        return context;
    }
}
