package dev.mnemo.memory;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Counts tokens exactly, by cl100k: its newer sister o200k counts the same for English and fewer elsewhere, so that a block
 * is never larger than it claims, and it costs a fifth (measured: {@code docs/decisions/0007-memory.md}). Used where
 * something is written, never on the way of a call. Thread-safe. Making one loads the vocabulary, which takes a moment.
 */
public final class TokenCounter {

    private final Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);

    public TokenCounter() {
        encoding.countTokensOrdinary("Loaded now, and not by the first call.");
    }

    /** Text that looks like one of the vocabulary's special tokens counts as the text that it is. */
    public int count(String text) {
        return encoding.countTokensOrdinary(text);
    }
}
