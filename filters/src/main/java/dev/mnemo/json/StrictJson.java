package dev.mnemo.json;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How documents that somebody sends to the API are read: no member twice, nothing behind the end, and not deep. */
public final class StrictJson {

    private StrictJson() {}

    /**
     * @param depth how far values may be nested
     */
    public static JsonMapper mapper(int depth) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(depth)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** What is wrong with one, and where as far as that is known; nothing of it is quoted. */
    public static String problem(JacksonException e) {
        String message = e.getOriginalMessage();
        String what = "not JSON";
        // Jackson has no types for these.
        if (message.startsWith("Duplicate")) {
            what = "a member twice";
        } else if (e instanceof StreamConstraintsException) {
            what = message.startsWith("Document nesting depth") ? "nested too deep" : "a number or a name too long";
        }
        long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
        return at < 0 ? what : what + ", at byte " + at;
    }
}
