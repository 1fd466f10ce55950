package dev.mnemo.memory;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Counts tokens exactly, by o200k: the vocabulary of OpenAI's models since GPT-4o. Used where something is written, never on
 * the way of a call. Thread-safe. Making one loads the vocabulary, which takes a moment.
 */
public final class TokenCounter {

    private final Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

    public TokenCounter() {
        encoding.countTokensOrdinary("Loaded now, and not by the first call.");
    }

    /** Text that looks like one of the vocabulary's special tokens counts as the text that it is. */
    public int count(String text) {
        return encoding.countTokensOrdinary(text);
    }
}
