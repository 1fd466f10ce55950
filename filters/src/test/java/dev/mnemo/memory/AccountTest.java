package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.memory.Account.Why;
import dev.mnemo.memory.Finder.Found;
import dev.mnemo.memory.Marks.Mark;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.retrieval.Indexer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is told of a block. */
class AccountTest {

    private static final TokenCounter TOKENS = new TokenCounter();

    @Test
    void namesWhatStandsInABlockWithItsTokensAndWhatDoesNotWithItsReason() {
        Interaction rated = interaction(1, "rated");
        Interaction repeated = interaction(2, "repeated");
        Interaction large = interaction(3, "large ".repeat(300));
        Interaction shown = interaction(4, "shown");
        Parts parts = new Parts(
                Memories.OPENED,
                7,
                preferences("{\"tone\":\"direct\",\"long\":\"" + "word ".repeat(200) + "\"}"),
                Summary.NONE,
                new Marks(Map.of(rated.id(), new Mark(-1, false))),
                List.of(rated, repeated, large, shown),
                null);
        Exchanges said = Exchanges.of(Endpoints.read(
                Endpoints.CHAT,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"repeated\"},{\"role\":\"assistant\",\"content\":\"a\"},"
                        + "{\"role\":\"user\",\"content\":\"now\"}]}"));

        Snapshot block =
                ContextBlock.compose(parts, List.of(), Finder.Found.NOTHING, said, 160, Fixtures.memory(2_000, 5));

        long version = parts.preferences().version();
        int tone = parts.preferences().members().getFirst().tokens();
        assertThat(json(block.account())).isEqualTo(JsonMapper.shared().readTree("""
                {"preferences":{"version":%d,"tokens":%d,"shown":1,"left_out":1},
                 "recent":{"tokens":%d,"interactions":[{"id":"%s","tokens":%d}]},
                 "left_out":[{"id":"%s","why":"rated"},{"id":"%s","why":"repeated"},{"id":"%s","why":"room"}]}
                """.formatted(
                version, tone, shown.tokens(), hex(shown), shown.tokens(), hex(rated), hex(repeated), hex(large))));
        assertThat(new String(block.account(), UTF_8)).doesNotContain("shown\":\"", "tone", "direct");
    }

    @Test
    void ofManyThatWereLeftOutSixteenAreNamedEachOnce() {
        Account account = new Account();
        for (int i = 0; i < 40; i++) {
            account.leaveOut(i, Why.ROOM);
            account.leaveOut(i, Why.RATED);
        }

        JsonNode told = json(account.encode());

        assertThat(told.path("left_out"))
                .hasSize(16)
                .allSatisfy(each -> assertThat(each.path("why").asString()).isEqualTo("room"));
        assertThat(told.path("left_out_beside").asInt()).isEqualTo(24);
    }

    @Test
    void whatIsNotThereIsNotNamed() {
        Parts nothing = Memories.parts(Preferences.NONE, List.of(), null);

        Snapshot block = ContextBlock.compose(
                nothing,
                List.of(),
                Finder.Found.NOTHING,
                new Exchanges(Set.of(), null),
                500,
                Fixtures.memory(2_000, 5));

        assertThat(block.account()).isEqualTo("{}".getBytes(UTF_8));
    }

    @Test
    void whatSaysTheSameAsAnotherIsNotSaidToHaveNoRoom() {
        Interaction said = indexed(1, "We bought a green sofa for the living room last week");
        Interaction again = indexed(2, "We bought a green sofa for the living room last week!");

        Snapshot block = compose(Memories.found(List.of(Archived.of(said), Archived.of(again))));

        assertThat(json(block.account()).path("left_out"))
                .isEqualTo(JsonMapper.shared().readTree("""
                [{"id":"%s","why":"same"}]""".formatted(hex(again))));
        assertThat(Account.shown(block.account())).containsExactly(said.id());
    }

    @Test
    void noTokensAreCountedForAPartThatIsNotThere() {
        Interaction large = indexed(1, "large ".repeat(300));

        assertThat(compose(Memories.found(List.of(Archived.of(large)))).tokens())
                .isEqualTo(compose(Finder.Found.NOTHING).tokens());
    }

    @Test
    void aTailLeavesOutWhatTheBlockShows() {
        Found found = Memories.found(
                List.of(Archived.of(indexed(1, "A green sofa")), Archived.of(indexed(2, "The carpenter comes"))));
        Exchanges nothing = new Exchanges(Set.of(), null);
        Snapshot block = ContextBlock.tail(found, nothing, Set.of(), 95);

        Snapshot tail = ContextBlock.tail(found, nothing, Account.shown(block.account()), 1_000);

        assertThat(new String(block.block(), UTF_8)).contains("sofa").doesNotContain("carpenter");
        assertThat(new String(tail.block(), UTF_8)).contains("carpenter").doesNotContain("sofa");
    }

    private static Snapshot compose(Found found) {
        return ContextBlock.compose(
                Memories.parts(preferences("{\"tone\":\"direct\"}"), List.of(), null),
                List.of(),
                found,
                new Exchanges(Set.of(), null),
                300,
                Fixtures.memory(2_000, 5));
    }

    private static Interaction indexed(int minute, String words) {
        Interaction interaction = interaction(minute, words);
        return interaction.indexed(new Indexer(null).index(null, words, "a", interaction.at()));
    }

    private static Preferences preferences(String json) {
        return new Preferences(
                3, true, PreferencesDocument.members(PreferencesDocument.parse(json.getBytes(UTF_8)), TOKENS));
    }

    private static Interaction interaction(int minute, String words) {
        return Interaction.of(
                Instant.parse("2026-11-24T10:00:00Z").plusSeconds(60L * minute), "c", false, words, "a", TOKENS);
    }

    private static String hex(Interaction interaction) {
        return Interaction.toHex(interaction.id());
    }

    private static JsonNode json(byte[] account) {
        return JsonMapper.shared().readTree(account);
    }
}
