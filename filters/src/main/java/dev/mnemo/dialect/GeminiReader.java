package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.CacheMarkers;
import dev.mnemo.dialect.ChatRequest.Kept;
import dev.mnemo.dialect.ChatRequest.Place;
import dev.mnemo.dialect.ChatRequest.Role;
import dev.mnemo.dialect.Dialect.MalformedRequest;
import dev.mnemo.dialect.Endpoint.Operation;
import dev.mnemo.json.JsonReader.Elements;
import dev.mnemo.json.JsonReader.Members;
import dev.mnemo.json.JsonReader.Span;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Reads one request of Gemini's format in one pass. Names may be written in camel case or with underscores, as protobuf's
 * JSON allows; both at once are one member given twice. A list of one may be written without its brackets, as Google's own
 * examples do.
 */
final class GeminiReader {

    private @Nullable Span system;
    private int members = -1;
    private boolean cached;
    private long maxTokens = -1;
    private int choices = 1;

    ChatRequest read(Endpoint endpoint, byte[] body) {
        RequestScan scan = RequestScan.of(body, "contents", this::member);
        scan.requireMessages();
        long all = maxTokens < 0 ? -1 : Math.min(maxTokens, Integer.MAX_VALUE) * choices;
        return new ChatRequest(
                endpoint,
                body,
                endpoint.model(),
                endpoint.operation() == Operation.STREAM,
                scan.tally.size(all, choices, -1),
                scan.carriers,
                scan.messages,
                new Place(members < 0 ? scan.firstMember() : members, system),
                cached ? Kept.CLOSED : Kept.OPEN,
                CacheMarkers.NONE);
    }

    private void member(RequestScan scan, String name, JsonToken value) {
        switch (name) {
            case "contents" -> {
                if (value == JsonToken.START_OBJECT) {
                    scan.once(name);
                    content(scan);
                } else {
                    scan.messages(name, value, () -> content(scan));
                }
            }
            case "systemInstruction", "system_instruction" -> {
                scan.once("systemInstruction");
                system(scan, name, value);
            }
            case "generationConfig", "generation_config" -> {
                scan.once("generationConfig");
                for (Members inner = scan.json.members(); inner.next(); ) {
                    config(scan, inner.name(), inner.value());
                }
            }
            case "cachedContent", "cached_content" -> {
                scan.once("cachedContent");
                cached = value != JsonToken.VALUE_NULL;
            }
            case "generateContentRequest", "generate_content_request" -> {
                scan.once("generateContentRequest");
                scan.expect(value, JsonToken.START_OBJECT, name, "an object");
                members = scan.json.start() + 1;
                for (Members inner = scan.json.members(); inner.next(); ) {
                    member(scan, inner.name(), inner.value());
                }
            }
            case "tools" -> scan.prompt();
            case "labels" -> scan.carriers(name, value);
            default -> scan.carrier(name, value);
        }
    }

    private void system(RequestScan scan, String name, JsonToken value) {
        int start = scan.json.start();
        switch (value) {
            case START_OBJECT -> {
                for (Members m = scan.json.members(); m.next(); ) {
                    if (m.name().equals("parts")) {
                        parts(scan, name, m.value());
                    }
                }
            }
            case VALUE_NULL -> scan.json.span();
            default -> throw new MalformedRequest(name + ": of another type (expected: an object with parts)");
        }
        system = new Span(start, scan.json.offset());
        scan.tally.value(system);
    }

    private static void parts(RequestScan scan, String name, JsonToken value) {
        scan.once("systemInstruction.parts");
        if (value != JsonToken.START_ARRAY && value != JsonToken.START_OBJECT && value != JsonToken.VALUE_NULL) {
            throw new MalformedRequest(name + ".parts: of another type (expected: a list of parts)");
        }
    }

    private void config(RequestScan scan, String name, JsonToken value) {
        switch (name) {
            case "maxOutputTokens", "max_output_tokens" -> maxTokens = count(scan, "maxOutputTokens", value);
            case "candidateCount", "candidate_count" ->
                choices = Math.clamp(count(scan, "candidateCount", value), 1, 128);
            case "responseSchema", "response_schema", "responseJsonSchema" -> scan.prompt();
            default -> {
                // Sampling.
            }
        }
    }

    /** Protobuf's JSON writes numbers as strings too. */
    private static long count(RequestScan scan, String name, JsonToken value) {
        String text = scan.json.string();
        if (text == null || !text.matches("[0-9]{1,15}")) {
            return scan.count(name, value);
        }
        scan.once(name);
        return Long.parseLong(text);
    }

    private static void content(RequestScan scan) {
        RequestScan.Draft draft = scan.draft();
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "role" -> draft.role(m.value());
                case "parts" -> {
                    if (m.value() == JsonToken.VALUE_STRING) {
                        throw new MalformedRequest(scan.at(".parts") + ": of another type (expected: a list of parts)");
                    }
                    if (m.value() == JsonToken.START_OBJECT) {
                        draft.onePart(m.name(), () -> part(scan, draft));
                    } else {
                        draft.content(m.name(), m.value(), () -> part(scan, draft));
                    }
                }
                default -> scan.prompt();
            }
        }
        if (draft.bringsAnswers()) {
            // SDKs write what else a tool has answered beside it: its texts, and what they say themselves of its
            // pictures.
            draft.unsay(text -> true);
        }
        draft.add(role(draft.role(), draft.onlyAnswersTools()));
    }

    private static void part(RequestScan scan, RequestScan.Draft draft) {
        @Nullable Span text = null;
        boolean thought = false;
        for (Members m = scan.json.members(); m.next(); ) {
            switch (m.name()) {
                case "text" -> text = m.value() == JsonToken.VALUE_STRING ? draft.unsaid() : null;
                case "thought" -> thought = m.value() == JsonToken.VALUE_TRUE;
                case "inlineData", "inline_data", "fileData", "file_data" ->
                    scan.tally.media(MediaTokens.GEMINI, scan.json.span());
                case "functionResponse", "function_response" -> {
                    draft.answersTool();
                    toolAnswer(scan, m.value());
                }
                case "thoughtSignature", "thought_signature" -> {
                    draft.more();
                    scan.tally.sealed(scan.json.span());
                }
                default -> {
                    draft.more();
                    scan.prompt();
                }
            }
        }
        if (text != null && !thought) {
            draft.say(text);
        }
    }

    /** What a tool answered: prompt, with pictures and files of its own. */
    private static void toolAnswer(RequestScan scan, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            scan.prompt();
            return;
        }
        for (Members m = scan.json.members(); m.next(); ) {
            if (!m.name().equals("parts") || !m.isArray()) {
                scan.prompt();
                continue;
            }
            for (Elements e = scan.json.elements(); e.nextObject(); ) {
                for (Members part = scan.json.members(); part.next(); ) {
                    switch (part.name()) {
                        case "inlineData", "inline_data", "fileData", "file_data" ->
                            scan.tally.media(MediaTokens.GEMINI, scan.json.span());
                        default -> scan.prompt();
                    }
                }
            }
        }
    }

    private static Role role(@Nullable String name, boolean toolsOnly) {
        return switch (name) {
            case "model" -> Role.ASSISTANT;
            case "function" -> Role.TOOL;
            case "system" -> Role.SYSTEM;
            case "user" -> toolsOnly ? Role.TOOL : Role.USER;
            case null -> toolsOnly ? Role.TOOL : Role.USER;
            default -> Role.OTHER;
        };
    }
}
