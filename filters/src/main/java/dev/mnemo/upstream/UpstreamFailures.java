package dev.mnemo.upstream;

import dev.mnemo.call.Refusal;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;

/** What a client is told when no answer began. */
final class UpstreamFailures {

    private UpstreamFailures() {}

    static Refusal refusal(String upstream, Throwable e) {
        String who = "upstream: \"" + upstream + "\" ";
        return switch (e) {
            case Refusal refusal -> refusal;
            case ReadTimeoutException silent ->
                Refusal.upstream(504, "upstream_timeout", who + "sent no first byte in time (see timeouts.first-byte)");
            case ConnectTimeoutException slow ->
                Refusal.upstream(
                        504, "upstream_timeout", who + "could not be connected to in time (see timeouts.connect)");
            case UnknownHostException unknown ->
                Refusal.upstream(502, "upstream_unreachable", who + "has a host name that does not resolve");
            case ConnectException refused ->
                Refusal.upstream(502, "upstream_unreachable", who + "refused the connection");
            case SSLException tls -> Refusal.upstream(502, "upstream_unreachable", who + "failed the TLS handshake");
            case PoolAcquireTimeoutException busy -> busy(who);
            case PoolAcquirePendingLimitException busy -> busy(who);
            case IOException cut ->
                Refusal.upstream(502, "upstream_failed", who + "closed the connection before it answered");
            // Its type tells people where to look; its text might hold what the call said.
            default ->
                Refusal.upstream(
                        502, "upstream_failed", who + "failed (" + e.getClass().getSimpleName() + ")");
        };
    }

    /** It keeps failing: nothing is sent for a moment. */
    static Refusal leftAlone(String upstream) {
        return Refusal.later(
                503,
                "upstream_unavailable",
                "upstream: \"" + upstream + "\" keeps failing and is left alone for a moment",
                Breakers.OPEN,
                true);
    }

    private static Refusal busy(String who) {
        return Refusal.later(
                503,
                "upstream_busy",
                who + "has no free connection (see mnemo.upstream.connections)",
                Duration.ofSeconds(1),
                true);
    }
}
