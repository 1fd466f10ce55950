package dev.mnemo.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.dialect.TextUnits;
import dev.mnemo.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The estimate against real tokenizers, on 250 real texts of ten kinds ({@code texts/SOURCES.md}), none of which the costs
 * were fitted to. Each text is a chat request that the dialect's own reader reads; every other one is written in ASCII, as
 * many clients do, with {@code \}{@code uXXXX} for all else.
 */
class EstimatorTextsTest {

    private static final List<String> KINDS = List.of("en", "de", "fr", "es", "ru", "code", "json", "zh", "ja", "ko");

    private static final int SEEDS = 10;
    private static final int CALLS = 50;

    private record Sample(String kind, ChatRequest request, int o200k, int cl100k) {}

    private static final List<Sample> SAMPLES = samples();

    /** A vocabulary that a provider may have. */
    @FunctionalInterface
    private interface Vocabulary {
        double tokens(Sample sample);
    }

    /** The share by which estimates are wrong, by kind of text; negative where they are low. */
    private record Errors(Map<String, List<Double>> kinds) {

        Errors() {
            this(new TreeMap<>());
        }

        void add(String kind, double error) {
            kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(error);
        }

        double quantile(double share) {
            return quantile(kinds.values().stream().flatMap(List::stream).toList(), share);
        }

        static double quantile(List<Double> errors, double share) {
            List<Double> sorted = errors.stream().map(Math::abs).sorted().toList();
            return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
        }

        void print(String what) {
            System.out.printf(
                    Locale.ROOT,
                    "%-34s median %4.1f %%  p95 %4.1f %%%n",
                    what,
                    100 * quantile(0.5),
                    100 * quantile(0.95));
        }

        void printKinds() {
            kinds.forEach((kind, errors) -> System.out.printf(
                    Locale.ROOT,
                    "    %-5s median %4.1f %%  p95 %4.1f %%  mean %+5.1f %%%n",
                    kind,
                    100 * quantile(errors, 0.5),
                    100 * quantile(errors, 0.95),
                    100 * errors.stream().mapToDouble(e -> e).average().orElse(0)));
        }
    }

    @Test
    void thereAreEnoughTexts() {
        assertThat(SAMPLES).hasSizeGreaterThanOrEqualTo(200);
        assertThat(SAMPLES.stream().map(Sample::kind).distinct()).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void learnsO200kFromFiftyMixedCalls() {
        requireLearned("gpt-5", Sample::o200k, "o200k", 0.05, 0.15);
    }

    @Test
    void learnsAVocabularyOfWhichTheTableIsWrong() {
        requireLearned("gpt-5", sample -> 1.35 * sample.o200k(), "1.35 x o200k, thought o200k", 0.05, 0.15);
        requireLearned("gpt-5", sample -> 0.7 * sample.o200k(), "0.70 x o200k, thought o200k", 0.05, 0.15);
    }

    /** The costs are o200k's: where cl100k cuts a script in another way, a factor for the script is all that is learned. */
    @Test
    void learnsCl100kFromFiftyMixedCalls() {
        requireLearned("gpt-4-turbo", Sample::cl100k, "cl100k", 0.06, 0.2);
        requireLearned("gpt-5", Sample::cl100k, "cl100k, thought o200k", 0.07, 0.25);
    }

    @Test
    void isUsefulBeforeItHasLearnedAnything() {
        requireCold("gpt-5", Sample::o200k, "o200k, nothing learned", 0.06, 0.2);
        requireCold("gpt-4-turbo", Sample::cl100k, "cl100k, nothing learned", 0.08, 0.25);
    }

    private static void requireLearned(String model, Vocabulary vocabulary, String what, double median, double p95) {
        Errors all = new Errors();
        for (int seed = 1; seed <= SEEDS; seed++) {
            Errors errors = new Errors();
            List<Sample> mixed = new ArrayList<>(SAMPLES);
            Collections.shuffle(mixed, new Random(seed));
            TokenEstimate estimate = new TokenEstimate();
            for (int i = 0; i < mixed.size(); i++) {
                Sample sample = mixed.get(i);
                ChatRequest request = as(sample.request(), model);
                double real = vocabulary.tokens(sample) + 7;
                if (i < CALLS) {
                    estimate.learn("acme", request, TextUnits.NONE, Math.round(real));
                } else {
                    double error = (estimate.prompt("acme", request) - real) / real;
                    errors.add(sample.kind(), error);
                    all.add(sample.kind(), error);
                }
            }
            errors.print(what + ", seed " + seed);
            assertThat(errors.quantile(0.5)).isLessThanOrEqualTo(median);
            assertThat(errors.quantile(0.95)).isLessThanOrEqualTo(p95);
        }
        all.print(what + ", all seeds");
        all.printKinds();
    }

    private static void requireCold(String model, Vocabulary vocabulary, String what, double median, double p95) {
        Errors errors = new Errors();
        TokenEstimate estimate = new TokenEstimate();
        for (Sample sample : SAMPLES) {
            double real = vocabulary.tokens(sample) + 7;
            errors.add(sample.kind(), (estimate.prompt("acme", as(sample.request(), model)) - real) / real);
        }
        errors.print(what);
        errors.printKinds();
        assertThat(errors.quantile(0.5)).isLessThanOrEqualTo(median);
        assertThat(errors.quantile(0.95)).isLessThanOrEqualTo(p95);
    }

    private static ChatRequest as(ChatRequest request, String model) {
        return new ChatRequest(
                request.endpoint(),
                request.body(),
                model,
                request.stream(),
                request.size(),
                request.carriers(),
                request.messages(),
                request.place(),
                request.kept(),
                request.markers());
    }

    private static List<Sample> samples() {
        Encoding o200k = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
        Encoding cl100k = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
        List<Sample> samples = new ArrayList<>();
        for (String kind : KINDS) {
            for (String text : texts(kind)) {
                String content = new String(JsonText.escaped(text), UTF_8);
                String written = samples.size() % 2 == 0 ? content : ascii(content);
                ChatRequest request = Endpoints.read(
                        Endpoints.CHAT,
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + written + "\"}]}");
                samples.add(
                        new Sample(kind, request, o200k.countTokensOrdinary(text), cl100k.countTokensOrdinary(text)));
            }
        }
        return samples;
    }

    private static List<String> texts(String kind) {
        try (InputStream in = EstimatorTextsTest.class.getResourceAsStream("/texts/" + kind + ".txt")) {
            return List.of(new String(in.readAllBytes(), UTF_8).split("\n-----8<-----\n"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String ascii(String content) {
        StringBuilder out = new StringBuilder();
        for (char c : content.toCharArray()) {
            out.append(c < 0x80 ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
        }
        return out.toString();
    }
}
