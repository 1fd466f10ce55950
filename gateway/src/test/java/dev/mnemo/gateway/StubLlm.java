package dev.mnemo.gateway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static dev.mnemo.gateway.Shared.LLM;
import static dev.mnemo.gateway.Shared.UPSTREAM;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An LLM for the tests with real SDKs: it gives one answer to whatever it is asked, and tells what that was. */
final class StubLlm {

    private static final JsonMapper JSON = new JsonMapper();

    private StubLlm() {}

    static void answers(String json) {
        answers(200, json);
    }

    /**
     * @param headers name, value, name, value …
     */
    static void answers(int status, String json, String... headers) {
        ResponseDefinitionBuilder response =
                aResponse().withStatus(status).withHeader("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            response.withHeader(headers[i], headers[i + 1]);
        }
        LLM.stubFor(any(anyUrl()).willReturn(response.withBody(json)));
    }

    /**
     * @param file of the test resources' {@code sdk/}
     */
    static void streams(String file) {
        try (InputStream in = Objects.requireNonNull(StubLlm.class.getResourceAsStream("/sdk/" + file))) {
            streams(file.endsWith(".sse") ? "text/event-stream" : "application/x-ndjson", in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void streams(String type, byte[] body) {
        LLM.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Type", type).withBody(body)));
    }

    /** The tenant {@code breaking} gets an answer that begins so and is then broken off. */
    static void breaksOff(String model, String type, String begin) {
        UPSTREAM.on(model, call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            call.chunk(begin);
            call.socket().close();
        });
    }

    /** The request that arrived last. */
    static JsonNode sent() {
        return json(LLM.getAllServeEvents().getFirst().getRequest().getBodyAsString());
    }

    /** Its path and query. */
    static String sentTo() {
        return LLM.getAllServeEvents().getFirst().getRequest().getUrl();
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }
}
