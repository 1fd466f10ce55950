package dev.mnemo.dialect;

import dev.mnemo.dialect.ChatRequest.Size;
import dev.mnemo.json.JsonReader.Span;

/** Adds up what becomes prompt while a request is read. Not thread-safe. */
final class PromptTally {

    private final byte[] body;
    private final TextMeasure text = new TextMeasure();
    private long bytes;
    private int media;
    private long mediaTokens;

    PromptTally(byte[] body) {
        this.body = body;
    }

    /** A value that becomes prompt: what it says if it is a string, else as it is written. */
    void value(Span value) {
        bytes += value.end() - value.start();
        text.json(body, value);
    }

    /** Thinking that the provider has encrypted: prompt, but not by its letters. */
    void sealed(Span value) {
        bytes += value.end() - value.start();
        text.sealed(value.end() - value.start());
    }

    /** An image, audio or a file. */
    void media(MediaTokens rule, Span value) {
        media(rule, value, false);
    }

    /**
     * The same.
     *
     * @param low whether the client asks for little detail
     */
    void media(MediaTokens rule, Span value, boolean low) {
        media++;
        mediaTokens += rule.of(body, value, low);
    }

    /** How much the request asks for. */
    Size size(long maxAnswerTokens, int choices, long window) {
        return new Size(maxAnswerTokens, choices, bytes, text.units(), media, mediaTokens, window);
    }
}
