package dev.mnemo.tenant;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code jwt}. */
final class JwtReader {

    private static final Pattern LOOPBACK = Pattern.compile("(?i)localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private JwtReader() {}

    /** Null when the tenant has none. */
    static @Nullable Jwt read(Fields tenant) {
        if (!tenant.has("jwt")) {
            return null;
        }
        Fields jwt = tenant.group("jwt");
        List<String> algorithms = jwt.texts("algorithms");
        Duration skew = jwt.time("skew");
        if (skew.compareTo(Jwt.MOST_SKEW) > 0) {
            jwt.bad("skew", "longer than 5m", "Set the clocks; a minute is much.");
        }
        return new Jwt(
                jwt.text("issuer"),
                jwt.text("audience"),
                jwks(jwt),
                jwt.text("user"),
                algorithms.isEmpty() ? Jwt.ALGORITHMS : algorithms,
                skew);
    }

    /** Its text is never repeated: a query may hold a secret. */
    private static URI jwks(Fields jwt) {
        String text = jwt.text("jwks");
        URI jwks = uri(text);
        boolean file = "file".equals(jwks.getScheme());
        if (text.isEmpty()) {
            return jwks;
        }
        if (file ? jwks.getAuthority() != null : !validHost(jwks)) {
            jwt.bad("jwks", "not a valid address", "Write https://host[:port]/path, or file:/absolute/path.");
        } else if ("http".equalsIgnoreCase(jwks.getScheme())
                && !LOOPBACK.matcher(jwks.getHost()).matches()) {
            jwt.bad("jwks", "keys over plain http", "Use https: who changes keys on their way can make tokens.");
        }
        return jwks;
    }

    private static boolean validHost(URI jwks) {
        return jwks.getHost() != null && jwks.getPort() <= 65_535 && jwks.getPort() != 0;
    }

    /** One without a host when the text is none. */
    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return URI.create("invalid:none");
        }
    }
}
