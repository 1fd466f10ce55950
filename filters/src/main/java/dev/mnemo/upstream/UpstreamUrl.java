package dev.mnemo.upstream;

import dev.mnemo.tenant.Upstream;
import java.net.URI;

/** The address of a call at its upstream. */
final class UpstreamUrl {

    private static final String VERSION = "/v1";

    private UpstreamUrl() {}

    /**
     * The upstream's URL followed by the request's own path and query, as they were sent. An upstream that was written with
     * its {@code /v1}, as providers print their base URLs, does not get it twice.
     */
    static String of(Upstream upstream, URI request) {
        URI base = upstream.url();
        String prefix = base.getRawPath() == null ? "" : base.getRawPath();
        if (prefix.endsWith("/")) {
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        String path = request.getRawPath();
        if (prefix.endsWith(VERSION) && path.startsWith(VERSION + "/")) {
            prefix = prefix.substring(0, prefix.length() - VERSION.length());
        }
        String query = request.getRawQuery();
        return base.getScheme() + "://" + base.getRawAuthority() + prefix + path + (query == null ? "" : "?" + query);
    }
}
