package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.dialect.Dialect.MalformedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not one strict JSON request is refused, with a message that names the place. */
class MalformedRequestsTest {

    private static final Dialect CHAT = Endpoints.CHAT.dialect();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[] | body: of another type",
                "{\"model\":\"m\",\"messages\":[U] | body: not JSON",
                "{\"model\":\"m\",\"messages\":[U]}{} | body: more than one",
                "{\"model\":\"m\",\"messages\":[U]} x | body: not JSON",
                "{\"messages\":[U]} | model: missing",
                "{\"model\":\"\",\"messages\":[U]} | model: missing",
                "{\"model\":7,\"messages\":[U]} | model: of another type",
                "{\"model\":\"m\",\"model\":\"n\",\"messages\":[U]} | model: twice",
                "{\"model\":\"m\",\"messages\":[U],\"messages\":[U]} | messages: twice",
                "{\"model\":\"m\",\"user\":\"a\",\"user\":\"b\",\"messages\":[U]} | user: twice",
                "{\"model\":\"m\",\"messages\":{}} | messages: of another type",
                "{\"model\":\"m\",\"messages\":[]} | messages: missing or empty",
                "{\"model\":\"m\",\"messages\":[7]} | messages[0]",
                "{\"model\":\"m\",\"messages\":[U,{\"content\":\"x\"}]} | messages[1].role: missing",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"role\":\"system\",\"content\":\"x\"}]} | messages[0].role: twice",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"content\":\"y\"}]} | messages[0].content: twice",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":true}]} | messages[0].content: neither",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[\"x\"]}]} | messages[0].content",
                "{\"model\":\"m\",\"max_tokens\":\"many\",\"messages\":[U]} | max_tokens: not a whole number",
                "{\"model\":\"m\",\"max_tokens\":-1,\"messages\":[U]} | max_tokens: not a whole number",
                "{\"model\":\"m\",\"max_tokens\":99999999999999999999,\"messages\":[U]} | max_tokens: not a whole number",
                "{'model':\"m\"} | body: not JSON",
                "{\"model\":\"m\",\"messages\":[U],} | body: not JSON",
                "{\"model\":\"m\",\"a\":NaN,\"messages\":[U]} | body: not JSON",
            })
    void isRefusedWithItsPlace(String body, String message) {
        byte[] bytes =
                body.replace("U", "{\"role\":\"user\",\"content\":\"x\"}").getBytes(UTF_8);

        assertThatThrownBy(() -> CHAT.read(Endpoints.CHAT, bytes))
                .isInstanceOf(MalformedRequest.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void whatIsNoUtf8IsRefused() {
        for (byte[] bad : new byte[][] {
            {(byte) 0xC0, (byte) 0xAF},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xF0, (byte) 0x9F},
            {(byte) 0xFF}
        }) {
            byte[] body = ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + " ".repeat(bad.length)
                            + "\"}]}")
                    .getBytes(UTF_8);
            System.arraycopy(bad, 0, body, body.length - 4 - bad.length, bad.length);

            assertThatThrownBy(() -> CHAT.read(Endpoints.CHAT, body)).hasMessageContaining("UTF-8");
        }
    }

    @Test
    void depthIsBounded() {
        String deep = "[".repeat(200) + "]".repeat(200);
        byte[] body = ("{\"model\":\"m\",\"x\":" + deep + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")
                .getBytes(UTF_8);

        assertThatThrownBy(() -> CHAT.read(Endpoints.CHAT, body)).isInstanceOf(MalformedRequest.class);
    }

    @Test
    void onlyTheChatCallIsRead() {
        assertThat(Endpoints.CHAT.dialect().reads()).isTrue();
        assertThat(Endpoint.of("GET", "/v1/chat/completions", null, h -> null)
                        .dialect()
                        .reads())
                .isFalse();
        assertThat(Endpoints.post("/v1/embeddings").dialect().reads()).isFalse();
        assertThat(Endpoints.post("/v1/chat/completions/abc/messages").dialect().reads())
                .isFalse();
    }
}
