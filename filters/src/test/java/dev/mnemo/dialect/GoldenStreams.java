package dev.mnemo.dialect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Answers as providers stream them; shapes by their documentation and their SDKs' types, the words are ours. */
public final class GoldenStreams {

    /** Those that come to their own end. */
    public static final List<String> WHOLE = List.of(
            "plain",
            "cached-reasoning",
            "unicode",
            "tools",
            "azure",
            "vllm-reasoning",
            "crlf-and-comments",
            "two-choices",
            "length");

    private GoldenStreams() {}

    public static byte[] read(String name) {
        try (InputStream in = GoldenStreams.class.getResourceAsStream("/golden/openai-chat/" + name + ".sse")) {
            if (in == null) {
                throw new IllegalArgumentException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
