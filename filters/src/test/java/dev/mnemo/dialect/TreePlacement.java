package dev.mnemo.dialect;

import dev.mnemo.dialect.Endpoint.Operation;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Where the block and the tail belong, told once more: in trees, slowly and plainly. */
final class TreePlacement {

    private static final JsonMapper JSON = new JsonMapper();

    private TreePlacement() {}

    static JsonNode of(Endpoint endpoint, ObjectNode request, String block) {
        switch (endpoint.dialect()) {
            case OpenAiResponses responses -> intoInput(request, block);
            case AnthropicMessages anthropic -> intoSystem(request, block);
            case GeminiContent gemini -> {
                if (endpoint.operation() == Operation.COUNT
                        && !request.has("systemInstruction")
                        && !request.has("system_instruction")) {
                    request.set("contents", list(content("user", block), request.get("contents")));
                } else {
                    intoInstruction(request, block);
                }
            }
            default -> intoMessages((ArrayNode) request.get("messages"), block);
        }
        return request;
    }

    /** The request with a tail; null where no user has said a word. */
    static @Nullable ObjectNode withTail(Endpoint endpoint, ObjectNode request, String tail) {
        if (request.path("input").isString()) {
            String own = request.get("input").stringValue();
            return own.isEmpty() ? null : request.put("input", own + "\n\n" + tail);
        }
        String list = Stream.of("messages", "contents", "input")
                .filter(request::has)
                .findFirst()
                .orElseThrow();
        String content = list.equals("contents") ? "parts" : "content";
        List<JsonNode> messages = elements(request.get(list));
        for (JsonNode message : messages.reversed()) {
            boolean user = message.path("role").stringValue("user").equals("user")
                    && message.path("type").stringValue("message").equals("message");
            boolean words = elements(message.path(content)).stream()
                    .anyMatch(part ->
                            !part.stringValue(part.path("text").stringValue("")).isEmpty());
            if (user && words) {
                ((ObjectNode) message).set(content, withTail(endpoint, message.get(content), tail));
                return request;
            }
        }
        return null;
    }

    private static JsonNode withTail(Endpoint endpoint, JsonNode content, String tail) {
        ObjectNode part = endpoint.dialect() instanceof GeminiContent
                ? JSON.createObjectNode().put("text", tail)
                : text(tail).put("type", endpoint.dialect() instanceof OpenAiResponses ? "input_text" : "text");
        if (content instanceof ArrayNode parts) {
            return parts.add(part);
        }
        if (content.isObject()) {
            return list(content, part);
        }
        String own = content.stringValue();
        return endpoint.dialect() instanceof AnthropicMessages
                ? list(text(own), part)
                : JSON.getNodeFactory().stringNode(own + "\n\n" + tail);
    }

    private static List<JsonNode> elements(JsonNode node) {
        return node instanceof ArrayNode array
                ? StreamSupport.stream(array.spliterator(), false).toList()
                : List.of(node);
    }

    private static void intoInput(ObjectNode request, String block) {
        ObjectNode item = JSON.createObjectNode().put("type", "message").put("role", "developer");
        item.putArray("content").addObject().put("type", "input_text").put("text", block);
        if (request.get("input") instanceof ArrayNode items) {
            items.insert(leading(items), item);
        } else {
            ObjectNode user = JSON.createObjectNode().put("type", "message").put("role", "user");
            user.set("content", request.get("input"));
            request.set("input", list(item, user));
        }
    }

    private static void intoSystem(ObjectNode request, String block) {
        JsonNode system = request.path("system");
        if (system instanceof ArrayNode blocks) {
            blocks.add(text(block));
        } else if (system.stringValue("").isEmpty()) {
            request.set("system", list(text(block), null));
        } else {
            request.set("system", list(text(system.stringValue()), text(block)));
        }
    }

    private static void intoInstruction(ObjectNode request, String block) {
        String name = request.has("system_instruction") ? "system_instruction" : "systemInstruction";
        ObjectNode instruction = request.get(name) instanceof ObjectNode given ? given : request.putObject(name);
        ObjectNode part = JSON.createObjectNode().put("text", block);
        JsonNode parts = instruction.path("parts");
        if (parts instanceof ArrayNode given) {
            given.add(part);
        } else {
            instruction.set("parts", parts.isObject() ? list(parts, part) : list(part, null));
        }
    }

    private static void intoMessages(ArrayNode messages, String block) {
        int leading = leading(messages);
        if (leading == 0) {
            messages.insert(0, message("system", block));
            return;
        }
        ObjectNode last = (ObjectNode) messages.get(leading - 1);
        switch (last.path("content")) {
            case ArrayNode parts -> parts.add(text(block));
            case JsonNode content
            when content.isString() -> {
                String own = content.stringValue();
                last.put("content", own.isEmpty() ? block : own + "\n\n" + block);
            }
            default -> messages.insert(leading, message(last.get("role").stringValue(), block));
        }
    }

    private static int leading(ArrayNode messages) {
        int leading = 0;
        while (leading < messages.size()
                && messages.get(leading).path("role").stringValue("").matches("system|developer")) {
            leading++;
        }
        return leading;
    }

    private static ObjectNode message(String role, String content) {
        return JSON.createObjectNode().put("role", role).put("content", content);
    }

    private static ObjectNode content(String role, String text) {
        ObjectNode content = JSON.createObjectNode().put("role", role);
        content.putArray("parts").addObject().put("text", text);
        return content;
    }

    private static ObjectNode text(String text) {
        return JSON.createObjectNode().put("type", "text").put("text", text);
    }

    /** Of one thing, or of another too: itself, or its elements. */
    private static ArrayNode list(JsonNode first, @Nullable JsonNode then) {
        ArrayNode list = JSON.createArrayNode().add(first);
        if (then instanceof ArrayNode more) {
            list.addAll(more);
        } else if (then != null) {
            list.add(then);
        }
        return list;
    }
}
