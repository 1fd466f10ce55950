package dev.mnemo.identity;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.Jwt;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The public keys of the issuers of all tenants: one set for each source, fetched in the background, never on a call's
 * path. The last good set is used for a day while its source fails. Thread-safe; {@link #refreshDue} one run at a time.
 */
public final class SigningKeys {

    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

    private static final Duration PAUSE = Duration.ofMinutes(5);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration PAUSE_WITHOUT_KEYS = Duration.ofSeconds(2);
    private static final Duration PAUSE_WHEN_MISSED = Duration.ofSeconds(10);
    private static final Duration STALE = Duration.ofHours(24);
    private static final Duration SOON = Duration.ofSeconds(1);

    /** Fetches that run at once; a source that is silent takes its place for as long as a fetch may. */
    private static final int AT_ONCE = 64;

    private final Supplier<TenantCatalog> catalog;
    private final Function<URI, Mono<byte[]>> fetch;
    private final InstantSource clock;
    private final Listener listener;
    private final Map<URI, Source> sources = new ConcurrentHashMap<>();
    private @Nullable TenantCatalog followed;

    /** Told of sources by host and path: a query may hold a secret. */
    public interface Listener {

        /**
         * @param age seconds since its keys were fetched, or since it is known
         */
        void added(String source, DoubleSupplier age);

        void removed(String source);

        void failed(String source);
    }

    /**
     * @param catalog the tenants as they are now
     * @param fetch a source's document: a JWK set
     */
    public SigningKeys(
            Supplier<TenantCatalog> catalog,
            Function<URI, Mono<byte[]>> fetch,
            InstantSource clock,
            Listener listener) {
        this.catalog = catalog;
        this.fetch = fetch;
        this.clock = clock;
        this.listener = listener;
    }

    /**
     * The keys of a source.
     *
     * @throws Refusal 503 while they were never fetched, or not for a day
     */
    JWKSet of(URI uri) {
        Source source = sources.get(uri);
        Fetched last = source == null ? null : source.fetched;
        if (last == null || clock.instant().isAfter(last.at().plus(STALE))) {
            throw Refusal.later(
                    503,
                    "keys_unavailable",
                    "token: its issuer's keys could not be fetched yet, or not for a day (expected: soon; try again)",
                    SOON,
                    true);
        }
        return last.keys();
    }

    /** Has the next {@link #refreshDue} fetch a source, unless it did in the last ten seconds: then soon. */
    void missing(URI uri) {
        Source source = sources.get(uri);
        if (source != null) {
            source.missed = true;
        }
    }

    /** Takes up new sources, drops those that no tenant has any more, and fetches what is due. It never fails. */
    public Mono<Void> refreshDue() {
        return Flux.defer(() -> Flux.fromIterable(due()))
                .flatMap(this::refresh, AT_ONCE)
                .then();
    }

    private List<Source> due() {
        TenantCatalog now = catalog.get();
        if (!now.equals(followed)) {
            follow(now);
            followed = now;
        }
        Instant instant = clock.instant();
        return sources.values().stream().filter(source -> source.isDue(instant)).toList();
    }

    private void follow(TenantCatalog tenants) {
        Set<URI> wanted = new HashSet<>();
        for (Tenant tenant : tenants.tenants()) {
            Jwt jwt = tenant.jwt();
            if (jwt != null) {
                wanted.add(jwt.jwks());
            }
        }
        sources.values().removeIf(source -> {
            boolean gone = !wanted.contains(source.uri);
            if (gone) {
                listener.removed(source.name);
            }
            return gone;
        });
        for (URI uri : wanted) {
            sources.computeIfAbsent(uri, added -> {
                Source source = new Source(added, clock.instant());
                listener.added(source.name, () -> source.age(clock.instant()));
                return source;
            });
        }
    }

    private Mono<Void> refresh(Source source) {
        source.begin(clock.instant());
        return Mono.defer(() -> fetch.apply(source.uri))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("no document")))
                .map(SigningKeys::parsed)
                .doOnNext(keys -> source.succeeded(keys, clock.instant()))
                .doOnError(why -> {
                    source.failed(why, clock.instant());
                    listener.failed(source.name);
                })
                .onErrorComplete()
                .then();
    }

    /** RFC 7517 §5: a key that is not understood is left out. One that is secret has no place here. */
    private static JWKSet parsed(byte[] document) {
        List<JWK> keys = new ArrayList<>();
        try {
            Map<String, Object> set = JSONObjectUtils.parse(new String(document, StandardCharsets.UTF_8));
            for (Map<String, Object> key : JSONObjectUtils.getJSONObjectArray(set, "keys")) {
                JWK understood = understood(key);
                if (understood != null) {
                    keys.add(understood);
                }
            }
        } catch (ParseException | RuntimeException e) {
            // The library's reader knows no nulls where it expects none.
            throw new IllegalStateException("no JWK set");
        }
        if (keys.isEmpty()) {
            throw new IllegalStateException("no key in it");
        }
        return new JWKSet(keys);
    }

    private static @Nullable JWK understood(Map<String, Object> key) {
        try {
            return JWK.parse(key).toPublicJWK();
        } catch (ParseException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Keys, and when they came. */
    private record Fetched(JWKSet keys, Instant at) {}

    /** One source; written by the one run of {@link #refreshDue}, but for {@code missed}. */
    private static final class Source {

        final URI uri;
        final String name;
        private final Instant added;
        private Instant tried = Instant.MIN;
        private Instant next = Instant.MIN;
        private boolean failing;
        volatile boolean missed;
        volatile @Nullable Fetched fetched;

        Source(URI uri, Instant added) {
            this.uri = uri;
            this.name = uri.getHost() == null ? uri.getPath() : uri.getAuthority() + uri.getPath();
            this.added = added;
        }

        boolean isDue(Instant now) {
            return !now.isBefore(next) || (missed && !now.isBefore(tried.plus(PAUSE_WHEN_MISSED)));
        }

        void begin(Instant now) {
            missed = false;
            tried = now;
        }

        void succeeded(JWKSet keys, Instant now) {
            Fetched last = fetched;
            // The same object while nothing changes: comparing it with itself is quick.
            fetched = new Fetched(last != null && last.keys().equals(keys) ? last.keys() : keys, now);
            next = now.plus(PAUSE);
            if (failing) {
                failing = false;
                log.info("jwks: {} is back, with {} keys", name, keys.size());
            }
        }

        /** It is told once, not each time. */
        void failed(Throwable why, Instant now) {
            next = now.plus(fetched == null ? PAUSE_WITHOUT_KEYS : PAUSE_AFTER_FAILURE);
            if (!failing) {
                failing = true;
                log.warn(
                        "jwks: {} cannot be fetched, and is tried again; keys that are there are used for a day: {}",
                        name,
                        why.toString());
            }
        }

        double age(Instant now) {
            Fetched last = fetched;
            return Duration.between(last == null ? added : last.at(), now).toMillis() / 1_000.0;
        }
    }
}
