package dev.mnemo.tenant;

import dev.mnemo.tenant.Upstream.Protocol;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code upstreams}. */
final class UpstreamReader {

    private final Credentials credentials;

    UpstreamReader(Credentials credentials) {
        this.credentials = credentials;
    }

    List<Upstream> read(Fields tenant) {
        List<Upstream> upstreams = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields upstream : tenant.groups("upstreams")) {
            String name = upstream.text("name");
            if (!name.isEmpty() && !names.add(name)) {
                upstream.bad("name", "another upstream's name", "Give each upstream its own.");
            }
            Set<Protocol> speaks = upstream.texts("speaks").stream()
                    .map(text -> Protocol.valueOf(text.toUpperCase(Locale.ROOT)))
                    .collect(Collectors.toSet());
            Value credential = upstream.credential("credential");
            upstreams.add(new Upstream(
                    name,
                    speaks,
                    url(upstream),
                    credential == null ? null : credentials.sendable(credential),
                    upstream.texts("models"),
                    timeouts(upstream.group("timeouts"))));
        }
        return upstreams;
    }

    private static Upstream.Timeouts timeouts(Fields timeouts) {
        return new Upstream.Timeouts(
                timeouts.time("connect"), timeouts.time("first-byte"), timeouts.time("idle"), timeouts.time("total"));
    }

    /** Its text is never repeated: a URL may hold a password or a key. */
    private static URI url(Fields upstream) {
        URI none = URI.create("http://invalid");
        String text = upstream.text("url");
        if (text.isEmpty()) {
            return none;
        }
        try {
            URI url = new URI(text);
            if (url.getHost() != null && url.getPort() <= 65_535 && url.getPort() != 0) {
                return url;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        upstream.bad("url", "has no valid host and port", "Write it like https://api.openai.com.");
        return none;
    }
}
