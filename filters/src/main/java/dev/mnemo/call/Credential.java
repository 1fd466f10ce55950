package dev.mnemo.call;

import dev.mnemo.tenant.Upstream.Protocol;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The credential of a request and the header that carried it.
 *
 * @param header as in {@link #CARRIERS}
 */
public record Credential(String header, String value) {

    /** Headers that carry a credential, in the order in which they are looked at. */
    public static final List<String> CARRIERS = List.of("authorization", "x-api-key", "api-key", "x-goog-api-key");

    private static final String BEARER = "bearer ";

    /** The first credential that the headers carry; null when there is none. */
    public static @Nullable Credential of(HttpHeaders headers) {
        for (String carrier : CARRIERS) {
            String value = headers.getFirst(carrier);
            if (value == null || value.isBlank()) {
                continue;
            }
            if (!carrier.equals("authorization")) {
                return new Credential(carrier, value.strip());
            }
            if (value.length() > BEARER.length()
                    && value.substring(0, BEARER.length())
                            .toLowerCase(Locale.ROOT)
                            .equals(BEARER)) {
                return new Credential(carrier, value.substring(BEARER.length()).strip());
            }
        }
        return null;
    }

    /**
     * The header in which a provider looks for its own key: the one that the client used, unless that provider does not read
     * it. Anthropic's clients send keys as bearer tokens too, which not every server of its format takes.
     */
    public static String carrier(Protocol protocol, String used) {
        return switch (protocol) {
            case OPENAI -> used.equals("api-key") ? used : "authorization";
            case ANTHROPIC -> "x-api-key";
            case GEMINI -> used.equals("authorization") ? used : "x-goog-api-key";
            case OLLAMA -> "authorization";
        };
    }

    /** What the header's value is for {@code secret}. */
    public static String headerValue(String header, String secret) {
        return header.equals("authorization") ? "Bearer " + secret : secret;
    }

    /** SHA-256 of the credential's UTF-8 bytes: 64 lower-case hex digits. */
    public String sha256() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return header + ": ***";
    }
}
