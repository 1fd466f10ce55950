package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Conversation;
import dev.mnemo.memory.Interaction.Fingerprint;
import dev.mnemo.memory.MemoryStore.Memo;
import dev.mnemo.memory.MemoryStore.Remembered;
import dev.mnemo.memory.Recalled.Frozen;
import dev.mnemo.memory.Recalled.Parts;
import dev.mnemo.patterns.Traits;
import dev.mnemo.redis.FaultyRedis;
import dev.mnemo.redis.FaultyRedis.Mode;
import dev.mnemo.redis.RedisAddress;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import dev.mnemo.seal.Unreadable;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;
import reactor.util.retry.Retry;

/**
 * Nobody is shown anything of anybody else, whatever is done at once, given up half way or torn off. Every text of a user holds
 * the user's canary. Two tenants, of which one seals, have users of the same names, which look as if they could collide.
 * {@code -Dtest.isolation=100000} for as many operations.
 */
class IsolationTest {

    private static final int OPERATIONS = Integer.getInteger("test.isolation", 1_500);
    private static final int ROUND = 500;
    private static final int AT_ONCE = 24;

    /** Of each round, while replies are lost and connections with them. */
    private static final int TORN = 40;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern CANARY = Pattern.compile("canary\\d+x");
    private static final Exchanges NOTHING_SAID = new Exchanges(Set.of(), null);
    private static final TokenCounter TOKENS = new TokenCounter();
    private static final SealKeys KEYS = new SealKeys(List.of("k".repeat(32).getBytes(UTF_8)), false);
    private static final FaultyRedis FAULTY = new FaultyRedis(TestRedis.url(), Duration.ofMillis(1), 5);
    private static final RedisLinks LINKS = TestRedis.connected(new RedisLinks(
            RedisAddress.of(FAULTY.url()),
            Duration.ofSeconds(2),
            HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE)));

    private static final List<String> USERS =
            List.of("a:b", "a%3Ab", "ａ:b", "A:B", "b", "a", "{a}:b", "a/b", "a:b}:profile", "á", "a\u0301", "\ud83d");

    /** A user, whose name may be another user's too. */
    private record Person(Tenant tenant, String user, String canary) {}

    private final Queue<Unreadable> unreadable = new ConcurrentLinkedQueue<>();
    private final Access access = new Access((tenant, why) -> unreadable.add(why));
    private final MemoryStore store = new MemoryStore(LINKS.recall(), LINKS.record(), access);
    private final AccessStore opening = new AccessStore(LINKS.record(), access);
    private final ArchiveStore archive =
            new ArchiveStore(LINKS.recall(), LINKS.record(), Schedulers.immediate(), Schedulers.immediate());
    private final SummaryStore summaries = new SummaryStore(LINKS.record(), access);
    private final UserStore users = new UserStore(LINKS.record(), new CallRecords(LINKS.record()));
    private final PreferencesStore preferences =
            new PreferencesStore(LINKS.record(), opening, TOKENS, Schedulers.immediate(), InstantSource.system());

    private final List<Person> people = people();
    private final Queue<String> foreign = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    @AfterAll
    static void close() {
        LINKS.closed().block();
        FAULTY.close();
    }

    @Test
    void nobodyIsShownAnythingOfAnybodyElse() {
        Random random = new Random(20_261_125);
        for (int begun = 0; begun < OPERATIONS; begun += ROUND) {
            run(random, begun, ROUND - TORN);
            FAULTY.mode(Mode.TEAR);
            run(random, begun + ROUND - TORN, TORN);
            heal();
        }

        // Who reads while the user is erased may have the salt of before; what is there afterwards must open.
        assertThat(unreadable).doesNotContain(Unreadable.UNSEALED, Unreadable.KEY);
        unreadable.clear();
        Flux.fromIterable(people)
                .concatMap(person -> Flux.concat(recall(person, "quiet"), find(person), tell(person))
                        .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(2))))
                .blockLast(PATIENCE);
        assertThat(foreign).isEmpty();
        assertThat(unreadable).isEmpty();
        assertThat(seen).as("each was shown something of their own").hasSize(people.size());
        assertThat(done).hasValueGreaterThan(OPERATIONS / 4);
        assertThat(failed).as("the faults were felt").hasPositiveValue();
    }

    /** A connection that has lost a reply may not know yet that it is gone. */
    private static void heal() {
        FAULTY.mode(Mode.PASS);
        Flux.fromIterable(LINKS.all())
                .concatMap(link -> link.<String>send(redis -> redis.ping())
                        .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(2))))
                .blockLast(PATIENCE);
    }

    private void run(Random random, int first, int operations) {
        Flux.range(first, operations)
                .map(number -> operation(random, number))
                .flatMap(each -> each, AT_ONCE)
                .blockLast(PATIENCE);
    }

    private Mono<Void> operation(Random random, int number) {
        Person person = people.get(random.nextInt(people.size()));
        String conversation = "c" + random.nextInt(4);
        Mono<Void> operation = switch (random.nextInt(40)) {
            case 0 -> users.erase(person.tenant, person.user);
            case 1, 2, 3 -> prefer(person, number);
            case 4, 5 -> profile(person);
            case 6, 7, 8 -> find(person);
            case 9, 10, 11 -> tell(person);
            case 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23 -> recall(person, conversation);
            default -> record(person, conversation, number);
        };
        // Some callers go away before they have their answer.
        Mono<Void> impatient =
                random.nextInt(8) == 0 ? operation.timeout(Duration.ofNanos(random.nextInt(1_500_000))) : operation;
        return impatient.doOnSuccess(nothing -> done.incrementAndGet()).onErrorResume(e -> {
            failed.incrementAndGet();
            return Mono.empty();
        });
    }

    /** As the end of a call does. */
    private Mono<Void> record(Person person, String conversation, int number) {
        return opening.open(person.tenant, person.user).flatMap(opened -> {
            Interaction said = Interaction.of(
                    Instant.ofEpochMilli(1_795_000_000_000L + number),
                    conversation,
                    false,
                    "question " + number + " " + person.canary,
                    person.canary + " answer",
                    TOKENS);
            byte[] record = InteractionCodec.encode(
                    said, new Fingerprint(number), opened.own().seal());
            byte[] patterns = Summary.sealed(
                    opened.counted().plus(Traits.of(said.at(), said.userText(), said.assistantText())),
                    opened.own().seal());
            Memo memo = new Memo(record, "", patterns, opened.patternsNumber());
            return store.remember(person.tenant, person.user, opened.own().era(), memo)
                    .flatMap(remembered -> remembered instanceof Remembered.Done kept
                                    && ArchiveStore.isDue(person.tenant.memory(), kept.interactions(), kept.bytes())
                            ? archive.fold(person.tenant, person.user, opened.own(), kept.interactions())
                            : Mono.empty());
        });
    }

    private Mono<Void> prefer(Person person, int number) {
        String member = "{\"k" + number % 3 + "\":\"" + person.canary + "\"}";
        return preferences
                .patch(person.tenant, person.user, member.getBytes(UTF_8), null, person.canary)
                .then();
    }

    private Mono<Void> profile(Person person) {
        return summaries.material(person.tenant, person.user).flatMap(material -> {
            material.said().forEach(said -> look(person, said.text()));
            if (material.said().isEmpty()) {
                return Mono.empty();
            }
            Instant now = Instant.ofEpochSecond(1_795_000_000L);
            Profile written = new Profile("The user is " + person.canary + ".", 9, 1, now, "m", List.of());
            return summaries.keep(
                    person.tenant, person.user, material, Attempt.done(material.interactions(), now), written);
        });
    }

    /** As a call does, with everything that can stand in a block. */
    private Mono<Void> recall(Person person, String conversation) {
        return store.recall(
                        person.tenant, person.user, new Conversation(conversation, null, false, false, false), false)
                .flatMap(recalled -> switch (recalled) {
                    case Frozen frozen -> looked(person, frozen.snapshot());
                    case Parts parts ->
                        archive.all(person.tenant, person.user, parts.own()).flatMap(all -> {
                            Snapshot block = compose(person, parts, all.interactions());
                            looked(person, block);
                            return store.freeze(person.tenant, person.user, parts.own(), conversation, block, true);
                        });
                });
    }

    private static Snapshot compose(Person person, Parts parts, List<Archived> found) {
        return ContextBlock.compose(
                parts,
                parts.summary().lines(TOKENS),
                Memories.found(found.subList(0, Math.min(8, found.size()))),
                NOTHING_SAID,
                20_000,
                person.tenant.memory());
    }

    private Mono<Void> find(Person person) {
        return opening.open(person.tenant, person.user)
                .flatMap(opened -> archive.all(person.tenant, person.user, opened.own()))
                .doOnNext(all -> all.interactions()
                        .forEach(each -> look(person, each.whole().get().userText())))
                .then();
    }

    /** As the API shows it. */
    private Mono<Void> tell(Person person) {
        return Mono.zip(
                        preferences.get(person.tenant, person.user),
                        preferences.versions(person.tenant, person.user),
                        summaries.get(person.tenant, person.user))
                .doOnNext(all -> look(person, all.toString()))
                .then();
    }

    private Mono<Void> looked(Person person, Snapshot block) {
        look(person, new String(block.block(), UTF_8));
        return Mono.empty();
    }

    private void look(Person person, String text) {
        Set<String> found = new HashSet<>();
        for (Matcher canaries = CANARY.matcher(text); canaries.find(); ) {
            found.add(canaries.group());
        }
        if (found.remove(person.canary)) {
            seen.computeIfAbsent(person.canary, mine -> new AtomicInteger()).incrementAndGet();
        }
        found.forEach(other -> foreign.add(person + " was shown " + other));
    }

    private static List<Person> people() {
        String id = TestRedis.fresh("isolation");
        List<Person> people = new ArrayList<>();
        for (Tenant tenant : List.of(tenant(id, KEYS), tenant(id + ":a", null))) {
            USERS.forEach(user -> people.add(new Person(tenant, user, "canary" + people.size() + "x")));
        }
        return people;
    }

    private static Tenant tenant(String id, @Nullable SealKeys keys) {
        return Fixtures.tenant(
                id,
                new Fixtures.Memory()
                        .contextTokens(20_000)
                        .keep(8)
                        .ttl(Duration.ofDays(1))
                        .archive(100)
                        .retrieve(Retrieve.CONVERSATION)
                        .seal(keys)
                        .policy());
    }
}
