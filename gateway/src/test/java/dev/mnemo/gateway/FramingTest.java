package dev.mnemo.gateway;

import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bytes that two readers would cut into requests differently: one of them might take for a request of its own what the other
 * took for a body. They are refused, and what hides in them reaches no upstream (RFC 9112 §6.3, §7.1, §11.2).
 */
class FramingTest {

    private static final String HIDDEN = "/v1/hidden-";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "both lengths                     | Content-Length: 5~Transfer-Encoding: chunked~~0~~",
                "both lengths, the other way      | Transfer-Encoding: chunked~Content-Length: 5~~0~~",
                "two lengths                      | Content-Length: 0~Content-Length: 5~~",
                "a list of lengths                | Content-Length: 0, 5~~",
                "a length with a sign             | Content-Length: +5~~",
                "a length below nothing           | Content-Length: -1~~",
                "a length in hex                  | Content-Length: 0x5~~",
                "a length beyond all numbers      | Content-Length: 99999999999999999999~~",
                "a name with a space              | Content-Length : 5~~",
                "a coding with a space before     | Transfer-Encoding : chunked~~0~~",
                "chunked, but not at the end      | Transfer-Encoding: chunked, identity~~0~~",
                "a coding nobody knows            | Transfer-Encoding: xchunked~~0~~",
                "a folded line                    | Transfer-Encoding:~ chunked~~0~~",
                "a NUL in a name                  | Content-Le\u0000ngth: 5~~",
                "a chunk's size that is none      | Transfer-Encoding: chunked~~zz~~",
                "a chunk's size below nothing     | Transfer-Encoding: chunked~~-1~~",
                "a chunk's size beyond all        | Transfer-Encoding: chunked~~ffffffffffffffff1~~",
                "a chunk's size with 0x           | Transfer-Encoding: chunked~~0x5~hello~0~~",
                "a chunk longer than its size     | Transfer-Encoding: chunked~~1~hello~0~~"
            })
    void whatCanBeReadInTwoWaysIsRefused(String name, String rest) throws IOException {
        String hidden = HIDDEN + UUID.randomUUID();
        String answer = send("POST /v1/embeddings HTTP/1.1~Host: mnemo~Authorization: Bearer wire-key~" + rest + "GET "
                + hidden + " HTTP/1.1~Host: mnemo~Authorization: Bearer wire-key~~");

        assertThat(answer)
                .as(name)
                .satisfiesAnyOf(
                        refused -> assertThat(refused).startsWith("HTTP/1.1 400 "),
                        refused -> assertThat(refused).isEmpty());
        assertThat(Shared.LLM.findAll(anyRequestedFor(urlPathMatching(HIDDEN + ".*"))))
                .as(name)
                .isEmpty();
    }

    /** What the gateway says until it closes. */
    private static String send(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Shared.MNEMO.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.replace("~", "\r\n").getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
