package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a file says of budgets and prices, and what is read from it. */
class BudgetsTest {

    private static final ZoneId UTC = ZoneId.of("UTC");

    @TempDir
    Path directory;

    @Test
    void eachUnitHasItsMember() throws IOException {
        List<Limit> limits = load("""
                budgets:
                  limits:
                    - {name: month, per: tenant, tokens: 100M, every: month}
                    - {name: in, per: user, input-tokens: 100k, every: day}
                    - {name: out, per: user, output-tokens: 50k, every: hour, zone: Asia/Tokyo}
                    - {name: opus, per: user, models: ["claude-opus-*", o3], usd: 2.50, every: day}
                    - {name: burst, per: key, requests: 600, every: minute, warn: 90%, shadow: true}
                    - {name: parallel, per: tenant, in-flight: 50}
                    - {name: own, per: maintenance, usd: 0.50, every: day}
                """).budgets().limits();

        assertThat(limits)
                .containsExactly(
                        limit("month", Scope.TENANT, Unit.TOKENS, 100_000_000, Window.MONTH, UTC),
                        limit("in", Scope.USER, Unit.INPUT, 100_000, Window.DAY, UTC),
                        limit("out", Scope.USER, Unit.OUTPUT, 50_000, Window.HOUR, ZoneId.of("Asia/Tokyo")),
                        new Limit(
                                "opus",
                                Scope.USER,
                                Unit.USD,
                                2_500_000_000L,
                                Window.DAY,
                                UTC,
                                List.of("claude-opus-*", "o3"),
                                80,
                                false),
                        new Limit("burst", Scope.KEY, Unit.REQUESTS, 600, Window.MINUTE, UTC, List.of(), 90, true),
                        limit("parallel", Scope.TENANT, Unit.CALLS, 50, Window.NONE, UTC),
                        limit("own", Scope.MAINTENANCE, Unit.USD, 500_000_000, Window.DAY, UTC));
    }

    @ParameterizedTest
    @CsvSource({
        "2.50, 2500000000",
        "'\"0.1\"', 100000000",
        "0.000000001, 1",
        "5, 5000000000",
        "1.5k, 1500000000000",
        "9007199, 9007199000000000",
        "9007199.000000000, 9007199000000000",
    })
    void dollarsAreReadToTheBillionth(String text, long billionths) throws IOException {
        Tenant tenant = load("budgets: {limits: [{name: l, per: user, usd: %s, every: day}]}".formatted(text));

        assertThat(tenant.budgets().limits().getFirst().amount())
                .isEqualTo(billionths)
                .isLessThan(1L << 53);
    }

    @Test
    void weightsAndPricesAreRead() throws IOException {
        Tenant tenant = load("""
                budgets:
                  weights: {cached: 10%, reasoning: 250%}
                  price: {input: 5, output: 30}
                models:
                  - {name: whole, price: {input: 2.5, cached: 0.25, written: 3.125, written-hour: 5, output: 15}}
                  - {name: written, price: {input: 2, written: 2.5, output: 0.001}}
                  - {name: free, price: {input: 0, output: 0}}
                  - {name: sized, window: 128k}
                """);

        assertThat(tenant.budgets().cachedWeight()).isEqualTo(10);
        assertThat(tenant.budgets().reasoningWeight()).isEqualTo(250);
        assertThat(tenant.budgets().price()).isEqualTo(new Price(5_000, 5_000, 5_000, 5_000, 30_000));
        assertThat(tenant.models())
                .extracting(ModelFacts::price)
                .containsExactly(
                        new Price(2_500, 250, 3_125, 5_000, 15_000),
                        new Price(2_000, 2_000, 2_500, 2_500, 1),
                        new Price(0, 0, 0, 0, 0),
                        null);
    }

    @Test
    void theDocsSamplesAreRead() throws IOException {
        String docs = Files.readString(Path.of("../docs/tenant-file.md"));
        List<String> samples = Pattern.compile("```yaml\n((?:budgets|models):.*?)```", Pattern.DOTALL)
                .matcher(docs)
                .results()
                .map(sample -> sample.group(1))
                .toList();

        assertThat(load(String.join("", samples)).budgets().limits()).hasSize(7);
        assertThat(samples).hasSize(2);
    }

    @Test
    void oneWeightAloneLeavesTheOther() throws IOException {
        BudgetPolicy budgets = load("budgets: {weights: {cached: 0%}}").budgets();

        assertThat(budgets).isEqualTo(new BudgetPolicy(1_000, false, 0, 100, null, List.of()));
    }

    @ParameterizedTest
    @EnumSource(Unit.class)
    void onlyTokensAndTheirCostNeedTheBody(Unit unit) {
        Set<Unit> unread = EnumSet.of(Unit.REQUESTS, Unit.CALLS);
        Limit limit = limit("l", Scope.USER, unit, 1, unit == Unit.CALLS ? Window.NONE : Window.DAY, UTC);

        assertThat(new BudgetPolicy(1_000, false, 100, 100, null, List.of(limit)).countsTokens())
                .isEqualTo(!unread.contains(unit));
        assertThat(BudgetPolicy.DEFAULT.countsTokens()).isFalse();
    }

    @Test
    void whatMnemosOwnCallsMayUseNeedsNoBodyOfAClient() {
        Limit own = limit("own", Scope.MAINTENANCE, Unit.TOKENS, 1, Window.DAY, UTC);

        assertThat(new BudgetPolicy(1_000, false, 100, 100, null, List.of(own)).countsTokens())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "claude-opus-*, claude-opus-4-7, true",
        "claude-opus-*, Claude-Opus-4-7, true",
        "Claude-Opus-*, claude-opus-4-7, true",
        "claude-opus-*, anthropic/claude-opus-4-7, true",
        "claude-opus-*, publishers/anthropic/models/claude-opus-4-7, true",
        "anthropic/*, anthropic/claude-opus-4-7, true",
        "anthropic/*, claude-opus-4-7, false",
        "claude-opus-*, claude-sonnet-5, false",
        "claude-opus-*, anthropic.claude-opus-4-7, false",
        "o3, o3-mini, false",
        "o3, o3/mini, false",
        "*, anything, true",
        "*, '', false",
    })
    void aLimitCountsTheModelsThatItNames(String pattern, String model, boolean counts) {
        Limit limit = new Limit("l", Scope.USER, Unit.TOKENS, 1, Window.DAY, UTC, List.of("none", pattern), 80, false);

        assertThat(limit.counts(model)).isEqualTo(counts);
    }

    @Test
    void aLimitThatNamesNoModelCountsAll() {
        Limit limit = limit("l", Scope.USER, Unit.TOKENS, 1, Window.DAY, UTC);

        assertThat(limit.counts("gpt-5")).isTrue();
        assertThat(limit.counts("")).isTrue();
    }

    private static Limit limit(String name, Scope per, Unit unit, long amount, Window every, ZoneId zone) {
        return new Limit(name, per, unit, amount, every, zone, List.of(), 80, false);
    }

    private Tenant load(String members) throws IOException {
        Files.writeString(directory.resolve("acme.yaml"), TenantFiles.SMALL + members + "\n");
        return Objects.requireNonNull(
                new TenantLoader(name -> null).load(directory).tenant("acme"));
    }
}
