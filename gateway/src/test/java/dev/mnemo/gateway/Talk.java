package dev.mnemo.gateway;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;

/** How one and the same talk looks in each dialect: requests of a client that repeats what was said, and answers. */
enum Talk {
    CHAT("/v1/chat/completions") {
        @Override
        String request(String model, List<String> said) {
            return "{\"model\":\"%s\",\"messages\":[{\"role\":\"system\",\"content\":\"Be terse.\"},%s]}"
                    .formatted(
                            model,
                            turns(
                                    said,
                                    "{\"role\":\"user\",\"content\":\"%s\"}",
                                    "{\"role\":\"assistant\",\"content\":\"%s\"}"));
        }

        @Override
        String answer(String text) {
            return ScriptedUpstream.answer(text, 30, 4);
        }
    },
    RESPONSES("/v1/responses") {
        @Override
        String request(String model, List<String> said) {
            return "{\"model\":\"%s\",\"instructions\":\"Be terse.\",\"input\":[%s]}"
                    .formatted(
                            model,
                            turns(
                                    said,
                                    "{\"role\":\"user\",\"content\":\"%s\"}",
                                    "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"%s\"}]}"));
        }

        @Override
        String answer(String text) {
            return response("resp_" + text.hashCode(), text);
        }
    },
    ANTHROPIC("/v1/messages") {
        @Override
        String request(String model, List<String> said) {
            return "{\"model\":\"%s\",\"max_tokens\":100,\"system\":\"Be terse.\",\"messages\":[%s]}"
                    .formatted(
                            model,
                            turns(
                                    said,
                                    "{\"role\":\"user\",\"content\":\"%s\"}",
                                    "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}"));
        }

        @Override
        String answer(String text) {
            return """
                    {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"%s"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":30,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}""".formatted(text);
        }
    },
    GEMINI("/v1beta/models/gemini-3.1-pro:generateContent") {
        @Override
        String request(String model, List<String> said) {
            return "{\"labels\":{\"model\":\"%s\"},\"systemInstruction\":{\"parts\":[{\"text\":\"Be terse.\"}]},\"contents\":[%s]}"
                    .formatted(
                            model,
                            turns(
                                    said,
                                    "{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}",
                                    "{\"role\":\"model\",\"parts\":[{\"text\":\"%s\"}]}"));
        }

        @Override
        String answer(String text) {
            return """
                    {"candidates":[{"content":{"role":"model","parts":[{"text":"%s"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":30,"candidatesTokenCount":4,"totalTokenCount":34},"modelVersion":"gemini-3.1-pro"}""".formatted(text);
        }
    },
    OLLAMA("/api/chat") {
        @Override
        String request(String model, List<String> said) {
            return "{\"model\":\"%s\",\"stream\":false,\"options\":{\"num_ctx\":32768},\"messages\":[{\"role\":\"system\",\"content\":\"Be terse.\"},%s]}"
                    .formatted(
                            model,
                            turns(
                                    said,
                                    "{\"role\":\"user\",\"content\":\"%s\"}",
                                    "{\"role\":\"assistant\",\"content\":\"%s\"}"));
        }

        @Override
        String answer(String text) {
            return """
                    {"model":"m","created_at":"2026-11-24T10:00:00Z","message":{"role":"assistant","content":"%s"},"done":true,"done_reason":"stop","prompt_eval_count":30,"eval_count":4}""".formatted(text);
        }
    };

    final String path;

    Talk(String path) {
        this.path = path;
    }

    /**
     * @param model by which the scripted upstream knows its script
     * @param said in turns, the user first
     */
    abstract String request(String model, List<String> said);

    /** A whole answer; usage 30 and 4. */
    abstract String answer(String text);

    HttpRequest.Builder call(Mnemo mnemo, String tenant, String user, String body) {
        return mnemo.to(path)
                .header("Authorization", "Bearer " + tenant + "-key")
                .header("Content-Type", "application/json")
                .header("X-Mnemo-User", user)
                .POST(BodyPublishers.ofString(body));
    }

    /** As the dialect is called in metrics, and its golden files' directory. */
    String dialect() {
        return switch (this) {
            case CHAT -> "openai-chat";
            case RESPONSES -> "openai-responses";
            case ANTHROPIC -> "anthropic-messages";
            case GEMINI -> "gemini";
            case OLLAMA -> "ollama-chat";
        };
    }

    /** OpenAI's Response with an id of its own. */
    static String response(String id, String text) {
        return """
                {"id":"%s","object":"response","status":"completed","error":null,"model":"m","output":[{"type":"message","id":"m1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"%s","annotations":[]}]}],"usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":0},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":34}}""".formatted(id, text);
    }

    private static String turns(List<String> said, String user, String assistant) {
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            turns.add((i % 2 == 0 ? user : assistant).formatted(said.get(i)));
        }
        return String.join(",", turns);
    }
}
