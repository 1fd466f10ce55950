package dev.mnemo.bench;

import java.nio.charset.StandardCharsets;

/** A wire format: where a call goes, what it says, and what the upstream answers. */
enum WireFormat {
    CHAT("OpenAI chat", "/v1/chat/completions", "Authorization: Bearer ", """
            {"model":"bench","messages":[{"role":"system","content":"%s"},{"role":"user","content":"%s"},{"role":"assistant","content":"%s"},{"role":"user","content":"%s"}]}""", """
            {"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}"""),
    RESPONSES("OpenAI Responses", "/v1/responses", "Authorization: Bearer ", """
            {"model":"bench","store":false,"instructions":"%s","input":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"},{"role":"user","content":"%s"}]}""", """
            {"id":"resp_1","object":"response","created_at":1790000000,"status":"completed","error":null,"incomplete_details":null,"instructions":null,"model":"bench","output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"%s","annotations":[]}]}],"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"usage":{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":%d}}"""),
    ANTHROPIC("Anthropic", "/v1/messages", "anthropic-version: 2023-06-01\r\nx-api-key: ", """
            {"model":"bench","max_tokens":256,"system":"%s","messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"},{"role":"user","content":"%s"}]}""", """
            {"id":"msg_1","type":"message","role":"assistant","model":"bench","content":[{"type":"text","text":"%s"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%d}}"""),
    GEMINI("Gemini", "/v1beta/models/bench:generateContent", "x-goog-api-key: ", """
            {"systemInstruction":{"parts":[{"text":"%s"}]},"contents":[{"role":"user","parts":[{"text":"%s"}]},{"role":"model","parts":[{"text":"%s"}]},{"role":"user","parts":[{"text":"%s"}]}],"generationConfig":{"maxOutputTokens":256}}""", """
            {"candidates":[{"content":{"parts":[{"text":"%s"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":%d,"candidatesTokenCount":%d,"totalTokenCount":%d},"modelVersion":"bench","responseId":"answer-1"}"""),
    OLLAMA("Ollama", "/api/chat", "Authorization: Bearer ", """
            {"model":"bench","stream":false,"options":{"num_ctx":8192},"messages":[{"role":"system","content":"%s"},{"role":"user","content":"%s"},{"role":"assistant","content":"%s"},{"role":"user","content":"%s"}]}""", """
            {"model":"bench","created_at":"2026-11-24T12:00:00Z","message":{"role":"assistant","content":"%s"},"done":true,"done_reason":"stop","total_duration":2000000,"load_duration":1000,"prompt_eval_count":%d,"prompt_eval_duration":1000000,"eval_count":%d,"eval_duration":1000000}""");

    /** What the upstream says that an answer has used, in tokens. */
    static final int INPUT = 400;

    static final int OUTPUT = 50;

    private final String title;
    private final String path;
    private final String credential;
    private final String request;
    private final String answer;

    WireFormat(String title, String path, String credential, String request, String answer) {
        this.title = title;
        this.path = path;
        this.credential = credential;
        this.request = request;
        this.answer = answer;
    }

    String title() {
        return title;
    }

    String path() {
        return path;
    }

    /** The header that carries the key, up to the key itself. */
    String credential() {
        return credential;
    }

    /**
     * A body of about 1 KB: a system text, an earlier exchange, and what the user says now.
     *
     * @param more characters in the system text
     */
    String request(int more, String last) {
        return request.formatted(
                words("You are the assistant of a bench. ", 200 + more),
                words("How would one measure a gateway fairly? ", 250),
                words("Side by side, in one run, with ratios. ", 200),
                last);
    }

    /** Two hundred bytes of text, and usage. */
    byte[] answer() {
        String text = words("A short answer of two hundred bytes, as a model would give it. ", 200);
        return answer.formatted(text, INPUT, OUTPUT, INPUT + OUTPUT).getBytes(StandardCharsets.US_ASCII);
    }

    /** The text again and again, up to a length in characters. */
    static String words(String text, int length) {
        return text.repeat(length / text.length() + 1).substring(0, length);
    }
}
