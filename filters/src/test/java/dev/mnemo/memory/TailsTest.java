package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Calls;
import dev.mnemo.call.Context;
import dev.mnemo.call.Detached;
import dev.mnemo.call.LlmCall;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.retrieval.Indexer;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What stands behind the user's words stays as it is while tools are called, whatever is remembered meanwhile. */
class TailsTest {

    private static final RedisLinks LINKS = TestRedis.links();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ASKED = "{\"role\":\"user\",\"content\":\"Which wine goes with trout?\"}";
    private static final String TOOL = ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"t\",\"type\":\"function\","
            + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"t\",\"content\":\"ok\"}";

    private final Stores stores = new Stores(LINKS, Memories.ACCESS);
    private final Detached detached = new Detached(10);
    private final Tenant tenant = tenant(TestRedis.fresh("tails"), 0);
    private final UserMemory memory = stores.userMemory(LINKS, detached);

    @AfterAll
    static void close() {
        LINKS.closed().block();
    }

    @Test
    void aToolLoopKeepsItsTail() {
        remember(1, "Trout is my favourite fish.");
        String first = sent(ASKED);
        remember(2, "I drink wine with trout, never beer.");

        String second = sent(ASKED + TOOL);

        assertThat(first).contains("favourite fish").doesNotContain("never beer");
        assertThat(second).startsWith(first.substring(0, first.length() - "]}".length()));
    }

    @Test
    void whatIsForgottenDoesNotComeBackInAToolLoop() {
        remember(1, "Trout is my favourite fish.");
        assertThat(sent(ASKED)).contains("favourite fish");

        long id = Stores.block(stores.interactions.page(tenant, "ada", null, 1))
                .interactions()
                .getFirst()
                .interaction()
                .id();
        Stores.block(stores.interactions.forget(tenant, "ada", id));

        assertThat(sent(ASKED + TOOL)).doesNotContain("favourite fish");
    }

    @Test
    void aToolLoopThatBeganWithoutOneGetsNone() {
        String first = sent(ASKED);
        remember(1, "I drink wine with trout, never beer.");

        String second = sent(ASKED + TOOL);

        assertThat(first).doesNotContain("user_context");
        assertThat(second).startsWith(first.substring(0, first.length() - "]}".length()));
    }

    @Test
    void aNewConversationThatBeginsWithTheSameWordsIsSearchedForAnew() {
        sent(ASKED);
        remember(1, "I drink wine with trout, never beer.");

        assertThat(sent(ASKED)).contains("never beer");
    }

    @Test
    void aPreviewFreezesNone() {
        memory.look(call(ASKED + TOOL))
                .flatMap(look -> look.compose(Long.MAX_VALUE))
                .block(PATIENCE);
        detached.drained().block(PATIENCE);
        remember(1, "I drink wine with trout, never beer.");

        assertThat(sent(ASKED + TOOL)).contains("never beer");
    }

    private void remember(int number, String said) {
        remember(tenant, number, said);
    }

    private void remember(Tenant tenant, int number, String said) {
        Interaction interaction =
                Interaction.of(Stores.AT.plusSeconds(number), "elsewhere", false, said, "I see.", Stores.TOKENS);
        stores.say(tenant, "ada", interaction.indexed(new Indexer(null).index(null, said, "I see.", interaction.at())));
    }

    @Test
    void whatWasFoundIsComposedBesideTheThreadThatAskedForIt() {
        Thread here = Thread.currentThread();
        assertThat(composed(call(ASKED)).map(context -> Thread.currentThread()).block(PATIENCE))
                .isSameAs(here);

        remember(1, "I drink wine with trout, never beer.");

        assertThat(composed(call(ASKED)).map(context -> Thread.currentThread()).block(PATIENCE))
                .isNotSameAs(here);
    }

    @Test
    void whatTheBlockShowsIsNotSaidOnceMoreBehindTheWords() {
        Tenant shows = tenant(TestRedis.fresh("tails"), 1);
        remember(shows, 1, "Trout is my favourite fish.");
        remember(shows, 2, "I drink wine with trout, never beer.");
        LlmCall call = call(shows, ASKED);

        composed(call).block(PATIENCE);

        assertThat(new String(call.body().toBytes(), UTF_8))
                .containsOnlyOnce("favourite fish")
                .containsOnlyOnce("never beer");
    }

    private LlmCall call(String messages) {
        return call(tenant, messages);
    }

    private static LlmCall call(Tenant tenant, String messages) {
        return Calls.of(tenant, "ada", "{\"model\":\"m\",\"messages\":[" + messages + "]}");
    }

    private Mono<Context> composed(LlmCall call) {
        return memory.recall(call).block(PATIENCE).compose(Long.MAX_VALUE);
    }

    private String sent(String messages) {
        LlmCall call = call(messages);
        composed(call).block(PATIENCE);
        detached.drained().block(PATIENCE);
        return new String(call.body().toBytes(), UTF_8);
    }

    private static Tenant tenant(String id, int recent) {
        return Fixtures.tenant(
                id,
                new Fixtures.Memory()
                        .recent(recent)
                        .archive(100)
                        .retrieve(Retrieve.TURN)
                        .policy());
    }
}
