package dev.mnemo.budget;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.call.TokenEstimate;
import dev.mnemo.call.TokenEstimate.Shared;
import dev.mnemo.redis.Keys;
import dev.mnemo.redis.RedisLink;
import dev.mnemo.redis.Script;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Has replicas learn from each other what a model's tokens are: each tells Redis what it has learned since the last time, and
 * hears what all have. While Redis is away each goes on by itself. Thread-safe; one exchange at a time.
 */
public final class SharedRatios {

    private static final Logger log = LoggerFactory.getLogger(SharedRatios.class);
    private static final Script RATIOS = Script.of(SharedRatios.class, "ratios.lua");

    private final TokenEstimate estimate;
    private final RedisLink link;

    public SharedRatios(TokenEstimate estimate, RedisLink link) {
        this.estimate = estimate;
        this.link = link;
    }

    /** Tells and hears of every tenant that has called, one after the other. Never fails. */
    public Mono<Void> exchange() {
        return Flux.defer(() -> Flux.fromIterable(estimate.tenants()))
                .concatMap(this::exchange)
                .then();
    }

    private Mono<Void> exchange(String tenant) {
        return Mono.defer(() -> {
            boolean all = estimate.isNew(tenant);
            List<Shared> taken = estimate.take(tenant);
            if (taken.isEmpty() && !all) {
                return Mono.empty();
            }
            byte[][] keys = {Keys.tenant(tenant, "ratios")};
            return link.<List<byte[]>>eval(RATIOS, ScriptOutputType.MULTI, keys, args(all, taken))
                    .doOnNext(reply -> estimate.merge(tenant, merged(reply)))
                    .onErrorResume(e -> {
                        log.debug("ratios of {}: {}", tenant, e.toString());
                        estimate.giveBack(tenant, taken);
                        return Mono.empty();
                    })
                    .then();
        });
    }

    private static byte[][] args(boolean all, List<Shared> taken) {
        List<byte[]> args = new ArrayList<>(1 + 3 * taken.size());
        args.add((all ? "1" : "0").getBytes(US_ASCII));
        for (Shared shared : taken) {
            args.add(shared.model().getBytes(UTF_8));
            args.add(Integer.toString(shared.calls()).getBytes(US_ASCII));
            args.add(Arrays.stream(shared.sums())
                    .mapToObj(Double::toString)
                    .collect(Collectors.joining(" "))
                    .getBytes(US_ASCII));
        }
        return args.toArray(byte[][]::new);
    }

    private static List<Shared> merged(List<byte[]> reply) {
        List<Shared> merged = new ArrayList<>(reply.size() / 2);
        for (int i = 0; i + 1 < reply.size(); i += 2) {
            merged.add(new Shared(new String(reply.get(i), UTF_8), 0, numbers(new String(reply.get(i + 1), US_ASCII))));
        }
        return merged;
    }

    /** None where somebody else has written something else. */
    private static double[] numbers(String text) {
        try {
            return Arrays.stream(text.split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        } catch (NumberFormatException e) {
            return new double[0];
        }
    }
}
