package dev.mnemo.upstream;

import dev.mnemo.tenant.Upstream;
import java.net.URI;
import java.util.regex.Pattern;

/** The address of a call at its upstream. */
final class UpstreamUrl {

    /** {@code v1}, {@code v1beta}, {@code v4}. */
    private static final Pattern VERSION = Pattern.compile("/v[0-9]+[a-z0-9]*");

    private UpstreamUrl() {}

    /**
     * The upstream's URL followed by the request's own path and query, as they were sent. An upstream whose URL ends with a
     * version, or with what the request's path begins with, as providers print their base URLs, does not get it twice.
     */
    static String of(Upstream upstream, URI request) {
        URI base = upstream.url();
        String prefix = base.getRawPath() == null ? "" : base.getRawPath();
        if (prefix.endsWith("/")) {
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        String path = request.getRawPath();
        path = path.substring(said(prefix, path));
        String query = request.getRawQuery();
        return base.getScheme() + "://" + base.getRawAuthority() + prefix + path + (query == null ? "" : "?" + query);
    }

    /** How much of the path's beginning the prefix says already: whole segments, as many as there are. */
    private static int said(String prefix, String path) {
        for (int at = prefix.indexOf('/'); at >= 0; at = prefix.indexOf('/', at + 1)) {
            String end = prefix.substring(at);
            if (path.startsWith(end) && (path.length() == end.length() || path.charAt(end.length()) == '/')) {
                return end.length();
            }
        }
        String last = prefix.substring(Math.max(0, prefix.lastIndexOf('/')));
        int second = path.indexOf('/', 1);
        String first = second < 0 ? path : path.substring(0, second);
        boolean versions =
                VERSION.matcher(last).matches() && VERSION.matcher(first).matches();
        return versions ? first.length() : 0;
    }
}
