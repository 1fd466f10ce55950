package dev.mnemo.tenant;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A provider that a tenant's calls go to.
 *
 * @param url scheme, host, port and an optional path that is put before the call's own path
 * @param credential sent in place of the client's; null lets the client's own credential through
 * @param models globs ({@code *} only) of the models it serves; never empty
 */
public record Upstream(
        String name,
        Set<Protocol> speaks,
        URI url,
        @Nullable Secret credential,
        List<String> models,
        Timeouts timeouts) {

    /**
     * How long each phase of a call may last.
     *
     * @param connect TCP and TLS
     * @param firstByte from the request's last byte to the answer's first
     * @param idle between two pieces of the answer
     * @param total of the whole call
     */
    public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration total) {

        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(2), Duration.ofSeconds(120), Duration.ofSeconds(60), Duration.ofMinutes(15));
    }

    public Upstream {
        speaks = Set.copyOf(speaks);
        models = List.copyOf(models);
    }

    public boolean serves(String model) {
        for (String glob : models) {
            if (Globs.matches(glob, model)) {
                return true;
            }
        }
        return false;
    }

    /** What an upstream speaks. */
    public enum Protocol {
        OPENAI,
        ANTHROPIC,
        GEMINI,
        OLLAMA
    }
}
