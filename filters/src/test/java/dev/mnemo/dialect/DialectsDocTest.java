package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.dialect.Dialect.Problem;
import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/dialects.md} is what the code does; {@code -Ddocs.update=true} writes it. */
class DialectsDocTest {

    private static final Path DOC = Path.of("../docs/dialects.md");
    private static final String BEGIN = "<!-- written by DialectsDocTest -->\n";
    private static final String END = "<!-- end -->";

    /** What cannot be probed of a dialect, in words; a dialect without them does not compile. */
    private record Words(
            String body, String calls, String counts, String place, String tail, String conversation, String held) {}

    private static Words words(Dialect dialect) {
        return switch (dialect) {
            case OpenAiChat chat ->
                new Words(
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}",
                        "`…/chat/completions`, Azure's `/openai/deployments/{d}/chat/completions`",
                        "/v1/chat/completions/count",
                        "a message of its own behind the leading `system`/`developer` ones (OpenAI, Azure); elsewhere inside the last of them",
                        "a paragraph of its own at the end of the string, or the last `text` part",
                        "header; `metadata.session_id`, `litellm_session_id`",
                        "–");
            case OpenAiResponses responses ->
                new Words(
                        "{\"model\":\"m\",\"input\":\"u\"}",
                        "`…/v1/responses`, Azure's `/openai/responses`",
                        "/v1/responses/input_tokens",
                        "a `developer` item of its own in `input`, behind the leading ones",
                        "a paragraph of its own at the end of the string, or the last `input_text` part",
                        "`previous_response_id`, `conversation`; header; `client_metadata.session_id`",
                        "the block is sent once in a chain");
            case AnthropicMessages anthropic ->
                new Words(
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}",
                        "`…/v1/messages`",
                        "/v1/messages/count_tokens",
                        "the last block of `system`",
                        "the last block of the message; none where its thinking is signed",
                        "header; the session in `metadata.user_id`",
                        "threads that `continue` get no block");
            case GeminiContent gemini ->
                new Words(
                        "{\"contents\":[{\"parts\":[{\"text\":\"u\"}]}]}",
                        "`…/models/{m}:generateContent`, `:streamGenerateContent` (Gemini API and Vertex AI)",
                        "/v1beta/models/m:countTokens",
                        "the last part of `systemInstruction`",
                        "the last part of the content",
                        "header",
                        "`cachedContent` gets no block");
            case OllamaChat ollama ->
                new Words(
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}",
                        "`/api/chat`",
                        "/api/chat/count",
                        "inside the last leading `system` message; at most a quarter of `num_ctx` (of 4,096 where none is said)",
                        "a paragraph of its own at the end of the string",
                        "header",
                        "–");
            case Opaque opaque -> throw new IllegalArgumentException("passes through");
        };
    }

    @Test
    void theTableInTheDocsIsWhatTheCodeDoes() throws IOException {
        String doc = Files.readString(DOC);
        int begin = doc.indexOf(BEGIN) + BEGIN.length();
        String now = doc.substring(0, begin) + table() + doc.substring(doc.indexOf(END));
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(DOC, now);
        }
        assertThat(Files.readString(DOC))
                .as("%s (write it with -Ddocs.update=true)", DOC)
                .isEqualTo(now);
    }

    private static String table() {
        List<Row> rows = List.of(
                new Row("calls", d -> words(d).calls()),
                new Row("an upstream's `speaks`", d -> "`" + d.protocol().name().toLowerCase(Locale.ROOT) + "`"),
                new Row("the block goes", d -> words(d).place()),
                new Row("a tail goes behind the user's last words", d -> words(d).tail()),
                new Row("stream", DialectsDocTest::stream),
                new Row("usage", d -> usage(d)),
                new Row("errors of Mnemo's own", d -> "`" + error(d) + "`"),
                new Row("… in a stream", DialectsDocTest::errorInStream),
                new Row(
                        "count of tokens",
                        d -> counts(d)
                                ? "`" + words(d).counts().replace("models/m:", "models/{m}:") + "`: the same block"
                                : "the API has none"),
                new Row("cache marker", d -> marks(d) ? "`memory.cache`, where a slot is free" : "none: by position"),
                new Row(
                        "conversation id, first found",
                        d -> words(d).conversation() + "; else first words and first answer"),
                new Row("kept by the provider", d -> words(d).held()));
        StringBuilder table = new StringBuilder("| |");
        Endpoint.READING.forEach(
                dialect -> table.append(' ').append(dialect.id()).append(" |"));
        table.append("\n|---|").append("---|".repeat(Endpoint.READING.size())).append('\n');
        for (Row row : rows) {
            table.append("| ").append(row.name()).append(" |");
            Endpoint.READING.forEach(dialect ->
                    table.append(' ').append(row.cell().apply(dialect)).append(" |"));
            table.append('\n');
        }
        return table.toString();
    }

    private record Row(String name, Function<Dialect, String> cell) {}

    private static String stream(Dialect dialect) {
        List<String> framings = new ArrayList<>();
        if (dialect == OllamaChat.INSTANCE) {
            framings.add("lines of JSON");
        } else {
            framings.add("server-sent events");
        }
        if (dialect == GeminiContent.INSTANCE) {
            framings.add("or one JSON array");
        }
        return String.join(", ", framings);
    }

    /** In each dialect, one answer with every count that it knows. */
    private static String usage(Dialect dialect) {
        String answer = switch (dialect) {
            case OpenAiChat chat ->
                "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":3,\"cache_write_tokens\":2},\"completion_tokens_details\":{\"reasoning_tokens\":1}}}";
            case OpenAiResponses responses ->
                "{\"usage\":{\"input_tokens\":10,\"output_tokens\":5,\"input_tokens_details\":{\"cached_tokens\":3,\"cache_write_tokens\":2},\"output_tokens_details\":{\"reasoning_tokens\":1}}}";
            case AnthropicMessages anthropic ->
                "{\"usage\":{\"input_tokens\":5,\"cache_read_input_tokens\":3,\"cache_creation_input_tokens\":2,\"output_tokens\":5}}";
            case GeminiContent gemini ->
                "{\"usageMetadata\":{\"promptTokenCount\":10,\"cachedContentTokenCount\":3,\"candidatesTokenCount\":4,\"thoughtsTokenCount\":1}}";
            case OllamaChat ollama -> "{\"prompt_eval_count\":10,\"eval_count\":5}";
            case Opaque opaque -> "{}";
        };
        AnswerReader reader = AnswerReader.of(dialect, Framing.WHOLE);
        reader.accept(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
        reader.end();
        Answer.Usage usage = Objects.requireNonNull(reader.answer().usage());
        assertThat(usage.input()).isEqualTo(10);
        assertThat(usage.output()).isEqualTo(5);
        String cached = usage.cachedInput() == 3 ? ", cached" : "";
        String written = usage.writtenInput() == 2 ? ", cache writes" : "";
        return "input, output" + cached + written + (usage.reasoning() == 1 ? ", reasoning" : "");
    }

    private static String error(Dialect dialect) {
        return new String(dialect.error(new Problem(429, "budget_exhausted", "mnemo: …", "…")), StandardCharsets.UTF_8);
    }

    private static String errorInStream(Dialect dialect) {
        Problem problem = new Problem(502, "upstream_interrupted", "mnemo: …", "…");
        if (dialect.errorInStream(problem, Framing.EVENTS).length > 0) {
            return "an error event";
        }
        return dialect.errorInStream(problem, Framing.LINES).length > 0
                ? "a line with the error"
                : "the stream is broken off: the SDKs would take an error for a piece";
    }

    private static boolean counts(Dialect dialect) {
        Endpoint endpoint = Endpoints.post(words(dialect).counts());
        return endpoint.operation() == Operation.COUNT && endpoint.dialect() == dialect;
    }

    private static boolean marks(Dialect dialect) {
        Endpoint endpoint = Endpoints.ALL.stream()
                .filter(e -> e.dialect() == dialect)
                .findFirst()
                .orElseThrow();
        String body = words(dialect).body();
        return !Endpoints.placed(endpoint, body, "B", Endpoints.MERGED)
                .equals(Endpoints.placed(endpoint, body, "B", new Placement(false, CacheMarker.FIVE_MINUTES)));
    }
}
