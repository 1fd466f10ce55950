package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Endpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

/** What a client may say in headers, and what it may not. */
class CallHeadersTest {

    @ParameterizedTest
    @ValueSource(strings = {"X-Mnemo-User", "x-mnemo-user", "X_Mnemo_User", "x_MNEMO-anything", "x-mnemo-"})
    void mnemosOwnAreKnownInAnySpelling(String name) {
        assertThat(CallHeaders.isOwn(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-mnemonic", "x-mnem", "mnemo-user", "authorization"})
    void othersAreNot(String name) {
        assertThat(CallHeaders.isOwn(name)).isFalse();
    }

    @Test
    void whatConnectionNamesIsTakenFromTheRequestAtOnce() {
        var exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/v1/chat/completions")
                .header("Connection", "keep-alive, X-Mnemo-User , authorization")
                .header("X-Mnemo-User", "ada")
                .header("Authorization", "Bearer k"));

        HttpHeaders headers =
                ConnectionHeader.neutralised(exchange).getRequest().getHeaders();

        assertThat(headers.containsHeader("X-Mnemo-User")).isFalse();
        assertThat(headers.containsHeader("Authorization")).isFalse();
        assertThat(headers.getFirst("Connection")).isEqualTo("keep-alive");
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer abc, authorization, abc",
        "Authorization, bearer  abc , authorization, abc",
        "x-api-key, abc, x-api-key, abc",
        "api-key, abc, api-key, abc",
        "x-goog-api-key, abc, x-goog-api-key, abc",
    })
    void aCredentialIsTakenFromWhereAnSdkPutsIt(String header, String value, String carrier, String secret) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(header, value);

        Credential found = Credential.of(headers);

        assertThat(found).isEqualTo(new Credential(carrier, secret));
        assertThat(found).asString().doesNotContain("abc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic abc", "Bearer", "Bearer ", "", "abc"})
    void anotherSchemeIsNone(String value) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Authorization", value);

        Credential found = Credential.of(headers);

        assertThat(found == null || found.value().isEmpty()).isTrue();
    }

    @Test
    void aConversationIsNamedByMnemosHeaderThenByAKnownClientsThenByItsFirstWords() {
        HttpHeaders headers = new HttpHeaders();
        String fingerprint = name(headers, "hello");
        headers.set("x-openwebui-chat-id", "chat-7");
        String client = name(headers, "hello");
        headers.set("X-Mnemo-Conversation", "mine");

        assertThat(fingerprint)
                .startsWith("f:")
                .isEqualTo(name(new HttpHeaders(), "hello"))
                .isNotEqualTo(name(new HttpHeaders(), "other"));
        assertThat(client).isEqualTo("h:chat-7");
        assertThat(name(headers, "hello")).isEqualTo("h:mine");
        headers.set("X-Mnemo-Conversation", "x".repeat(5_000));
        assertThat(name(headers, "hello")).hasSizeLessThan(64);
    }

    @Test
    void aConversationThatIsNamedByItsWordsStartsWhereNothingIsAnswered() {
        assertThat(ConversationNames.of(new HttpHeaders(), saying("hello")).starts())
                .isTrue();
    }

    private static String name(HttpHeaders headers, String words) {
        return ConversationNames.of(headers, saying(words)).name();
    }

    private static ChatRequest saying(String words) {
        return Endpoints.read(
                Endpoints.CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}");
    }
}
