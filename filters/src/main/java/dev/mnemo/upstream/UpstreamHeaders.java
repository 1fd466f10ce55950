package dev.mnemo.upstream;

import dev.mnemo.call.CallHeaders;
import dev.mnemo.call.Credential;
import dev.mnemo.call.LlmCall;
import dev.mnemo.tenant.Secret;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import org.springframework.http.HttpHeaders;

/**
 * Which headers cross the gateway. Upstream: the client's own, but for hop-by-hop headers, anything that tells where the
 * client is, everything that Mnemo owns, and, where the tenant has a credential of its own or the client is known by a token,
 * every credential of the client's. Back: the upstream's own, but for hop-by-hop headers and what Mnemo has set itself.
 */
final class UpstreamHeaders {

    /** RFC 9110 §7.6.1, and the fields that were hop-by-hop before it. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** They describe bytes or a peer that the upstream does not see. */
    private static final Set<String> REWRITTEN = Set.of("host", "content-length", "expect");

    /** They describe the body as the client coded it; what is sent is decoded, and perhaps longer. */
    private static final Set<String> OF_THE_BODY =
            Set.of("content-encoding", "accept-encoding", "content-md5", "digest", "content-digest");

    private static final Set<String> WEBSOCKET = Set.of("connection", "upgrade");

    private UpstreamHeaders() {}

    static void write(LlmCall call, HttpHeaders client, BiConsumer<String, String> upstream) {
        boolean read = call.dialect().reads();
        copy(call, client, (name, value) -> {
            if (!HOP_BY_HOP.contains(name) && !(read && OF_THE_BODY.contains(name))) {
                upstream.accept(name, value);
            }
        });
        if (read) {
            // The tap must be able to read the answer, and a compressed stream may be held back until it is full.
            upstream.accept("accept-encoding", "identity");
        }
    }

    static HttpHeaders forWebsocket(LlmCall call, HttpHeaders client) {
        HttpHeaders clean = new HttpHeaders();
        copy(call, client, (name, value) -> {
            if (!HOP_BY_HOP.contains(name) || WEBSOCKET.contains(name)) {
                clean.add(name, value);
            }
        });
        return clean;
    }

    private static void copy(LlmCall call, HttpHeaders client, BiConsumer<String, String> to) {
        Secret secret = call.upstream().credential();
        boolean ownCredential = secret == null && !call.caller().byToken();
        client.forEach((header, values) -> {
            String name = header.toLowerCase(Locale.ROOT);
            if (REWRITTEN.contains(name)
                    || CallHeaders.isOwn(name)
                    || tellsTheWay(name)
                    || (!ownCredential && Credential.CARRIERS.contains(name))) {
                return;
            }
            for (String value : values) {
                to.accept(name, value);
            }
        });
        if (secret != null) {
            String carrier = Credential.carrier(
                    call.dialect().protocol(), call.credential().header());
            to.accept(carrier, Credential.headerValue(carrier, secret.reveal()));
        }
    }

    private static boolean tellsTheWay(String name) {
        return name.equals("forwarded") || name.startsWith("x-forwarded-") || name.equals("x-real-ip");
    }

    /** Copies an answer's headers; what stands in {@code own} already is Mnemo's and stays. */
    static void copyBack(io.netty.handler.codec.http.HttpHeaders upstream, HttpHeaders own) {
        for (String name : upstream.names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(lower) && !CallHeaders.isOwn(lower) && !own.containsHeader(name)) {
                own.addAll(name, upstream.getAll(name));
            }
        }
    }
}
