package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.Upstream.Protocol;
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

    @ParameterizedTest
    @CsvSource({
        "OPENAI, authorization, authorization",
        "OPENAI, api-key, api-key",
        "OPENAI, x-api-key, authorization",
        "ANTHROPIC, authorization, x-api-key",
        "ANTHROPIC, x-api-key, x-api-key",
        "GEMINI, x-goog-api-key, x-goog-api-key",
        "GEMINI, authorization, authorization",
        "GEMINI, x-api-key, x-goog-api-key",
        "OLLAMA, x-api-key, authorization"
    })
    void theTenantsCredentialGoesWhereItsProviderLooks(Protocol protocol, String used, String carrier) {
        assertThat(Credential.carrier(protocol, used)).isEqualTo(carrier);
    }
}
