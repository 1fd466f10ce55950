package dev.mnemo.dialect;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Tells an upstream's "the prompt is too long" from its other errors. Providers have no code in common; these are the words of
 * OpenAI, Azure and vLLM, Anthropic, Gemini, and Ollama.
 */
public final class ContextOverflow {

    private static final Pattern WORDS = Pattern.compile(
            "context_length_exceeded|(context|input) (length|window)|(prompt|input) is too long|too many (input )?tokens"
                    + "|maximum (number of tokens|model length)|exceed(s|ed) the (available )?context",
            Pattern.CASE_INSENSITIVE);

    private ContextOverflow() {}

    /** Whether the body of a refusal says so. */
    public static boolean isToldBy(byte[] body) {
        return WORDS.matcher(new String(body, StandardCharsets.UTF_8)).find();
    }
}
