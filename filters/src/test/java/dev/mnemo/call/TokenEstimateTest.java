package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mnemo.call.TokenEstimate.Shared;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.dialect.TextUnits;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenEstimateTest {

    private static final String ENGLISH = "Every call has to be counted before anybody knows what it will be. ";
    private static final String RUSSIAN = "Каждый вызов нужно посчитать раньше, чем станет известно, каким он будет. ";

    private final TokenEstimate estimate = new TokenEstimate();

    @Test
    void learnsWhatAProviderCountsForEachTenantAndModel() {
        ChatRequest request = request("gpt-5", ENGLISH.repeat(100));
        long before = estimate.prompt("acme", request);
        learn("acme", request, before * 3 / 2, 50);

        assertThat(estimate.prompt("acme", request)).isCloseTo(before * 3 / 2, within(before / 50));
        assertThat(estimate.prompt("globex", request)).isEqualTo(before);
    }

    @Test
    void learnsForEachScriptAndUsesForAllWhatTheyHaveInCommon() {
        ChatRequest english = request("gpt-5", ENGLISH.repeat(50));
        ChatRequest russian = request("gpt-5", RUSSIAN.repeat(50));
        long first = estimate.prompt("acme", english);
        long second = estimate.prompt("acme", russian);
        learn("acme", english, first * 13 / 10, 50);

        assertThat(estimate.prompt("acme", russian)).isGreaterThan(second * 11 / 10);

        for (int i = 0; i < 50; i++) {
            learn("acme", english, first, 1);
            learn("acme", russian, second * 2, 1);
        }

        assertThat(estimate.prompt("acme", english)).isCloseTo(first, within(first / 10));
        assertThat(estimate.prompt("acme", russian)).isCloseTo(second * 2, within(second / 5));
    }

    @Test
    void oneLieMovesLittleAndManyMoveAsFarAsIsBelieved() {
        ChatRequest request = request("gpt-5", ENGLISH.repeat(100));
        long before = estimate.prompt("acme", request);
        learn("acme", request, before, 50);
        learn("acme", request, before * 1_000, 1);

        assertThat(estimate.prompt("acme", request)).isBetween(before * 9 / 10, before * 11 / 10);

        learn("acme", request, before * 1_000, 1_000);

        assertThat(estimate.prompt("acme", request)).isLessThanOrEqualTo(before * 26 / 10);

        learn("acme", request, 20, 1_000);

        assertThat(estimate.prompt("acme", request)).isGreaterThanOrEqualTo(before * 38 / 100);
    }

    @Test
    void isNotLedAstrayByShortPrompts() {
        ChatRequest request = request("gpt-5", ENGLISH);
        long before = estimate.prompt("acme", request);
        learn("acme", request, 500, 50);

        assertThat(estimate.prompt("acme", request)).isEqualTo(before);
    }

    @Test
    void remembersABoundedNumberOfModels() {
        for (int i = 0; i < 3_000; i++) {
            learn("acme", request("model-" + i, ENGLISH.repeat(20)), 1_000, 1);
        }
        learn("acme", request("x".repeat(1_000), ENGLISH.repeat(20)), 1_000, 1);

        assertThat(estimate.take("acme")).hasSize(1_000);
    }

    @Test
    void replicasAddUpWhatTheyLearned() {
        TokenEstimate other = new TokenEstimate();
        ChatRequest request = request("gpt-5", ENGLISH.repeat(100));
        long before = estimate.prompt("acme", request);
        learn("acme", request, before * 2, 50);
        List<Shared> taken = estimate.take("acme");

        assertThat(estimate.take("acme")).isEmpty();

        other.merge("acme", taken);

        assertThat(other.prompt("acme", request)).isEqualTo(estimate.prompt("acme", request));
        assertThat(other.take("acme")).isEmpty();
        assertThat(other.isNew("acme")).isFalse();
    }

    @Test
    void whatCouldNotBeToldIsToldTheNextTime() {
        ChatRequest request = request("gpt-5", ENGLISH.repeat(100));
        learn("acme", request, 4_000, 10);
        List<Shared> taken = estimate.take("acme");
        learn("acme", request, 4_000, 10);
        estimate.giveBack("acme", taken);
        List<Shared> again = estimate.take("acme");

        TokenEstimate whole = new TokenEstimate();
        for (int i = 0; i < 20; i++) {
            whole.learn("acme", request, TextUnits.NONE, 4_000);
        }

        Shared expected = whole.take("acme").getFirst();
        assertThat(again.getFirst().calls()).isEqualTo(20);
        assertThat(again.getFirst().sums()).containsExactly(expected.sums(), within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5.1, O200K",
        "gpt-4o-mini, O200K",
        "openai/o3-mini, O200K",
        "gpt-4-turbo, CL100K",
        "gpt-35-turbo, CL100K",
        "claude-3-5-sonnet-20241022, CLAUDE",
        "claude-sonnet-4-20250514, CLAUDE",
        "claude-opus-4-6, CLAUDE",
        "claude-opus-4-7, CLAUDE_47",
        "anthropic.claude-opus-4-8-v1:0, CLAUDE_47",
        "claude-sonnet-5, CLAUDE_47",
        "gemini-3.1-pro, GEMINI",
        "qwen3, UNKNOWN",
    })
    void beginsWithItsFamilysTable(String model, ModelFamily family) {
        assertThat(ModelFamily.of(model)).isEqualTo(family);
    }

    private void learn(String tenant, ChatRequest request, long tokens, int times) {
        for (int i = 0; i < times; i++) {
            estimate.learn(tenant, request, TextUnits.NONE, tokens);
        }
    }

    private static ChatRequest request(String model, String text) {
        return Endpoints.read(
                Endpoints.CHAT,
                "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}");
    }
}
