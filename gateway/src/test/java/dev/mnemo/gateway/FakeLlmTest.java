package dev.mnemo.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.AnswerReader;
import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code make run} shows to a newcomer, in every dialect. */
class FakeLlmTest {

    private static final FakeLlm FAKE = FakeLlm.start(0);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @AfterAll
    static void itStops() {
        FAKE.close();
    }

    @ParameterizedTest
    @EnumSource
    void aWholeAnswerShowsWhatWasTold(Talk talk) throws Exception {
        itShowsWhatWasTold(talk.path, post(talk.path, talk.request("fake", List.of("Hi!"))));
    }

    @ParameterizedTest
    @EnumSource
    void aStreamShowsTheSame(Talk talk) throws Exception {
        String path = talk.path.replace(":generateContent", ":streamGenerateContent?alt=sse");
        String request = talk.request("fake", List.of("Hi!")).replace("\"stream\":false,", "");

        HttpResponse<String> answer = post(path, request.replaceFirst("\\{", "{\"stream\":true,"));

        assertThat(Framing.of(answer.headers().firstValue("Content-Type").orElse("")))
                .isNotEqualTo(Framing.WHOLE);
        itShowsWhatWasTold(talk.path, answer);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/responses/input_tokens, input_tokens",
        "/v1/messages/count_tokens, input_tokens",
        "/v1beta/models/fake:countTokens, totalTokens"
    })
    void itCounts(String path, String member) throws Exception {
        assertThat(StubLlm.json(post(path, "{\"model\":\"fake\"}").body())
                        .get(member)
                        .asInt())
                .isPositive();
    }

    private static void itShowsWhatWasTold(String path, HttpResponse<String> response) {
        AnswerReader reader = AnswerReader.of(
                Endpoint.of("POST", path, null, header -> null).dialect(),
                Framing.of(response.headers().firstValue("Content-Type").orElse("")));
        reader.accept(ByteBuffer.wrap(response.body().getBytes(UTF_8)));
        reader.end();
        Answer answer = reader.answer();
        assertThat(answer.text()).isEqualTo("My system prompt is:\nBe terse.\n\nYou said: Hi!");
        assertThat(answer.complete()).isTrue();
    }

    private static HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + FAKE.port() + path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
