package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarsTest {

    @ParameterizedTest
    @CsvSource({"0,0", "20,20", "2k,2000", "1.5k,1500", "100M,100000000", "0.000001M,1", "2.0,2"})
    void numbersMayEndInKOrM(String text, long value) {
        assertThat(Scalars.amount(text)).hasValue(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1", "1.5", "1.0005k", "1K", "1_000", "0x10", "1e3", "9999999999999999M"})
    void whatIsNoWholeNumberIsRefused(String text) {
        assertThat(Scalars.amount(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "2.5,2500", "2.500000,2500", "0.001,1", "3.125,3125", "1k,1000000"})
    void dollarsHaveSoManyDecimals(String text, long value) {
        assertThat(Scalars.dollars(text, 3)).hasValue(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".5", "5.", "-1", "+1", "1e3", "$1", "1,5", "0.0001", "0.0000000000", "9999999999999999M"})
    void whatIsNoSuchDecimalIsRefused(String text) {
        assertThat(Scalars.dollars(text, 3)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0%,0", "80%,80", "100%,100", "0100%,100"})
    void sharesArePerCents(String text, long value) {
        assertThat(Scalars.share(text, 0)).hasValue(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "80", "0.8", "-1%", "1.5%", "80 %", "10000%"})
    void whatIsNoShareIsRefused(String text) {
        assertThat(Scalars.share(text, 0)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0%,0", "5%,500", "0.5%,50", "0.25%,25", "33.30%,3330", "100%,10000"})
    void someSharesHaveDecimals(String text, long value) {
        assertThat(Scalars.share(text, 2)).hasValue(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "5", ".5%", "5.%", "-1%", "0.005%", "0,5%", "0.5 %", "1e1%"})
    void whatIsNoSuchShareIsRefused(String text) {
        assertThat(Scalars.share(text, 2)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "30s,PT30S", "15m,PT15M", "12h,PT12H", "90d,PT2160H"})
    void timesHaveUnits(String text, Duration value) {
        assertThat(Scalars.time(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "-1s", "1.5h", "1w", "9999999999s"})
    void whatIsNoTimeIsRefused(String text) {
        assertThat(Scalars.time(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "*,anything,true",
        "gpt-*,gpt-5,true",
        "gpt-*,o3,false",
        "*-mini,gpt-5-mini,true",
        "a*b*c,aXbbYc,true",
        "o,o3,false",
        "a.c,abc,false"
    })
    void aStarStandsForAnyRunOfCharacters(String glob, String model, boolean matches) {
        assertThat(Globs.matches(glob, model)).isEqualTo(matches);
    }

    @Test
    void aNameThatIsNearIsOfferedAndOneThatIsFarIsNot() {
        assertThat(DidYouMean.hint("recnt", List.of("record", "recent"), "-")).isEqualTo("Did you mean \"recent\"?");
        assertThat(DidYouMean.hint("zebra", List.of("record", "recent"), "-")).isEqualTo("-");
    }
}
