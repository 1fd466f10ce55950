package dev.mnemo.memory;

import dev.mnemo.call.Detached;
import dev.mnemo.call.OwnCalls;
import dev.mnemo.call.OwnCalls.Reply;
import dev.mnemo.dialect.OwnRequest;
import dev.mnemo.memory.ProfileStore.Material;
import dev.mnemo.tenant.SummaryPolicy;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Has a model of the tenant's own upstream write a user's profile, now and then, when a call has ended: of the user's own
 * words, as many as fit. A call is made once; what it failed of decides whether there is another. Thread-safe.
 */
public final class ProfileWriter {

    private static final Logger log = LoggerFactory.getLogger(ProfileWriter.class);

    /** How long a tenant's upstream is left alone that wants it and does not say for how long; and the most. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private static final String NOTHING = "NONE";

    private final ProfileStore store;
    private final ProfileLock lock;
    private final OwnCalls calls;
    private final TokenCounter tokens;
    private final Detached detached;
    private final Scheduler background;
    private final InstantSource clock;
    private final BiConsumer<String, String> ended;
    private final int most;

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong failed = new AtomicLong();
    private final Map<String, Instant> paused = new ConcurrentHashMap<>();
    private final Sinks.Empty<Void> stopped = Sinks.empty();
    private volatile boolean stopping;

    /** How a try has ended, as meters say it. */
    enum Outcome {
        WRITTEN,
        /** There was nothing to say. */
        EMPTY,
        /** A limit had no room, or its store did not answer: nothing was sent. */
        DENIED,
        /** The upstream said that the call is wrong. */
        REFUSED,
        /** The upstream said that it is too much. */
        LIMITED,
        FAILED,
        /** This replica had no room for it. */
        BUSY,
        STOPPED
    }

    /**
     * @param background where tokens are counted, never on an event loop
     * @param ended told of a tenant and an {@link Outcome}, in lower case, for each try
     * @param most tries at once in this replica
     */
    public ProfileWriter(
            ProfileStore store,
            ProfileLock lock,
            OwnCalls calls,
            TokenCounter tokens,
            Detached detached,
            Scheduler background,
            InstantSource clock,
            BiConsumer<String, String> ended,
            int most) {
        this.store = store;
        this.lock = lock;
        this.calls = calls;
        this.tokens = tokens;
        this.detached = detached;
        this.background = background;
        this.clock = clock;
        this.ended = ended;
        this.most = most;
    }

    /**
     * An interaction was recorded. It returns at once; where it is time, the profile is written beside the call.
     *
     * @param interactions of the user by now, counted since the first
     */
    void recorded(Tenant tenant, String user, int interactions, Attempt last) {
        SummaryPolicy policy = tenant.memory().summary();
        Instant now = clock.instant();
        if (policy == null || stopping || !last.isDue(interactions, now) || isPaused(tenant, now)) {
            return;
        }
        Upstream upstream = upstream(tenant, policy);
        if (upstream != null) {
            detached.run(Mono.defer(() -> tried(tenant, user, policy.model(), upstream)));
        }
    }

    /** Nothing is begun any more, and what is under way is broken off: it is only late, not lost. */
    public void stop() {
        stopping = true;
        stopped.tryEmitEmpty();
    }

    private static @Nullable Upstream upstream(Tenant tenant, SummaryPolicy policy) {
        for (Upstream upstream : tenant.upstreams()) {
            if (upstream.name().equals(policy.upstream())) {
                return upstream;
            }
        }
        return null;
    }

    private boolean isPaused(Tenant tenant, Instant now) {
        Instant until = paused.get(tenant.id());
        return until != null && (now.isBefore(until) || !paused.remove(tenant.id(), until));
    }

    private Mono<Void> tried(Tenant tenant, String user, String model, Upstream upstream) {
        if (running.incrementAndGet() > most) {
            running.decrementAndGet();
            tell(tenant, Outcome.BUSY);
            return Mono.empty();
        }
        return lock.take(tenant.id(), user)
                .filter(free -> free)
                .flatMap(mine -> store.material(tenant, user))
                // What asked for it may be older than what another replica wrote meanwhile.
                .filter(material -> material.last().isDue(material.interactions(), clock.instant()))
                .flatMap(material -> written(tenant, user, model, upstream, material))
                .takeUntilOther(stopped.asMono().doOnTerminate(() -> tell(tenant, Outcome.STOPPED)))
                .onErrorResume(e -> {
                    warn(tenant, e.toString());
                    tell(tenant, Outcome.FAILED);
                    return Mono.empty();
                })
                .doFinally(signal -> running.decrementAndGet());
    }

    private Mono<Void> written(Tenant tenant, String user, String model, Upstream upstream, Material material) {
        return Mono.fromCallable(() -> Optional.ofNullable(ProfilePrompt.of(material, tokens)))
                .subscribeOn(background)
                .flatMap(prompt -> prompt.isEmpty()
                        ? done(tenant, user, material, Outcome.EMPTY)
                        : calls.make(tenant, upstream, request(upstream, model, prompt.get()))
                                .publishOn(background)
                                .flatMap(reply -> kept(tenant, user, material, model, prompt.get(), reply)));
    }

    private Mono<Void> kept(
            Tenant tenant, String user, Material material, String model, ProfilePrompt prompt, Reply reply) {
        Instant now = clock.instant();
        return switch (reply) {
            case Reply.Said(String text) -> {
                String words = OwnWords.written(text, Profile.LONGEST);
                if (words.isEmpty() || words.replace(".", "").equalsIgnoreCase(NOTHING)) {
                    yield done(tenant, user, material, Outcome.EMPTY);
                }
                Profile before = material.profile();
                Profile written = new Profile(
                        words,
                        tokens.count(Profile.line(words)) + 1,
                        before == null ? 1 : before.version() + 1,
                        now.truncatedTo(ChronoUnit.MILLIS),
                        model,
                        prompt.from());
                Attempt done = Attempt.done(material.interactions(), now);
                yield store.keep(tenant, user, material, done, written).doOnSuccess(v -> tell(tenant, Outcome.WRITTEN));
            }
            case Reply.Denied denied -> {
                tell(tenant, Outcome.DENIED);
                yield store.keep(tenant, user, material, material.last().denied(now), null);
            }
            case Reply.Failed failure -> failed(tenant, user, material, failure, now);
        };
    }

    private Mono<Void> failed(Tenant tenant, String user, Material material, Reply.Failed failure, Instant now) {
        if (failure.status() == 429) {
            Duration asked = failure.retryAfter() == null ? PAUSE : failure.retryAfter();
            paused.put(tenant.id(), now.plus(asked.compareTo(LONGEST_PAUSE) < 0 ? asked : LONGEST_PAUSE));
            tell(tenant, Outcome.LIMITED);
            return store.keep(tenant, user, material, material.last().failed(material.interactions(), now), null);
        }
        if (failure.status() >= 400 && failure.status() < 500) {
            // The same call would be refused again.
            warn(tenant, failure.why());
            return done(tenant, user, material, Outcome.REFUSED);
        }
        warn(tenant, failure.why());
        tell(tenant, Outcome.FAILED);
        return store.keep(tenant, user, material, material.last().failed(material.interactions(), now), null);
    }

    private Mono<Void> done(Tenant tenant, String user, Material material, Outcome outcome) {
        Attempt done = Attempt.done(material.interactions(), clock.instant());
        return store.keep(tenant, user, material, done, null).doOnSuccess(v -> tell(tenant, outcome));
    }

    private void tell(Tenant tenant, Outcome outcome) {
        ended.accept(tenant.id(), outcome.name().toLowerCase(Locale.ROOT));
    }

    /** Told at once when it happens first, and less and less often when it goes on. Never of which user. */
    private void warn(Tenant tenant, String why) {
        long times = failed.incrementAndGet();
        if (Long.bitCount(times) == 1) {
            log.warn("a profile of a user of tenant {} was not written ({} times so far): {}", tenant.id(), times, why);
        }
    }

    private static OwnRequest request(Upstream upstream, String model, ProfilePrompt prompt) {
        return OwnRequest.of(
                upstream.speaks().stream().min(Enum::compareTo).orElseThrow(),
                model,
                ProfilePrompt.INSTRUCTION,
                prompt.text(),
                ProfilePrompt.ANSWER_TOKENS);
    }
}
