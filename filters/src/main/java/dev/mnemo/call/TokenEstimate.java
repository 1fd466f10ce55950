package dev.mnemo.call;

import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.tenant.Tenant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many tokens a prompt will be, from its bytes: a ratio for each tenant and model, learned from what providers really
 * counted. It never tokenizes. Thread-safe; bounded in models, because clients choose their names.
 */
public final class TokenEstimate {

    /** English prose is about 0.25 tokens a byte, code and JSON up to 0.35; a first guess should not be low. */
    private static final double FIRST = 0.3;

    private static final double LEAST = 0.05;
    private static final double MOST = 1.5;

    /** The weight of the newest observation. */
    private static final double WEIGHT = 0.1;

    /** A picture in OpenAI's high detail is 765 to about 1,100 tokens. */
    private static final long MEDIUM = 1_000;

    /** Below it, what a provider adds to each prompt hides what the bytes are worth. */
    private static final long SHORTEST = 200;

    private static final int MODELS = 10_000;

    private final Map<String, Double> ratios = new ConcurrentHashMap<>();

    /** What a request's own prompt will be, without any block. */
    public long prompt(Tenant tenant, ChatRequest request) {
        return prompt(
                tenant.id(),
                request.model(),
                request.size().promptBytes(),
                request.size().media());
    }

    /**
     * @param bytes of text
     * @param media images, audio and files
     */
    public long prompt(String tenant, String model, long bytes, int media) {
        return (long) Math.ceil(bytes * ratios.getOrDefault(name(tenant, model), FIRST)) + media * MEDIUM;
    }

    /** Takes in what a provider counted for a prompt of which the bytes are known. */
    public void learn(String tenant, String model, long bytes, int media, long tokens) {
        if (bytes < SHORTEST || media > 0) {
            return;
        }
        String name = name(tenant, model);
        if (ratios.size() >= MODELS && !ratios.containsKey(name)) {
            return;
        }
        double seen = Math.clamp((double) tokens / bytes, LEAST, MOST);
        ratios.merge(name, seen, (before, now) -> before + WEIGHT * (now - before));
    }

    private static String name(String tenant, String model) {
        return tenant + '/' + model;
    }
}
