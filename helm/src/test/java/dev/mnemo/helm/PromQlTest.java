package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {

    @Test
    void tellsWhatIsAskedFor() {
        PromQl.Asked asked = PromQl.read("""
                sum by (le, tenant) (rate(a_bucket{job="x", code!~"5..",}[5m] offset 1h)) # why
                  / on (tenant) group_left (name) (b - -c:d) > bool 0.5
                and max_over_time(e[1h:5m]) unless histogram_quantile(0.99, sum(f) without (pod)) or vector(1)
                """);

        assertThat(asked.metrics().keySet()).containsExactly("a_bucket", "b", "c:d", "e", "f");
        assertThat(asked.metrics().get("a_bucket")).containsExactly("code", "job");
        assertThat(asked.groups()).containsExactly("le", "name", "pod", "tenant");
        assertThat(PromQl.read("rate(a{x=\"$tenant\"}[$__rate_interval])").metrics())
                .containsOnlyKeys("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "sum(a",
                "sum(a))",
                "sum by a (b)",
                "rat(a[5m])",
                "rate(a[5])",
                "rate(a[])",
                "rate a[5m]",
                "a{job=x}",
                "a{job}",
                "a{job=\"x\"",
                "a > ",
                "a >> 1",
                "a and",
                "by (a)",
                "a offset b",
                "1.2.3",
                "a{job=\"x}",
            })
    void refuses(String expression) {
        assertThatIllegalArgumentException().isThrownBy(() -> PromQl.read(expression));
    }
}
