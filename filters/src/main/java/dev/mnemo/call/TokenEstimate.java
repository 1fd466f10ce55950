package dev.mnemo.call;

import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.TextMeasure;
import dev.mnemo.dialect.TextUnits;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.TenantCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens a prompt will be: the measure of its text times factors for each tenant and model, learned from what
 * providers really counted; and images by their rules. It never tokenizes. Thread-safe; bounded in models, because clients
 * choose their names. See {@code docs/estimator.md}.
 */
public final class TokenEstimate {

    /** What frames a message, its role with it; and what begins the answer (OpenAI's recipe for counting chats). */
    private static final int PER_MESSAGE = 4;

    private static final int PER_PROMPT = 3;

    /** Below it, what a provider adds to each prompt hides what the text is worth. */
    private static final long SHORTEST = 100;

    /** Of one tenant; beyond it a model is estimated by its family. */
    private static final int MODELS = 1_000;

    /** In characters; no provider's name is longer. */
    private static final int LONGEST_NAME = 128;

    private final Map<String, Map<String, ModelRatios>> tenants = new ConcurrentHashMap<>();

    /** Tenants whose ratios were read from those that all replicas share. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** What a request's own prompt will be, without any block. */
    public long prompt(Tenant tenant, ChatRequest request) {
        return prompt(tenant.id(), request);
    }

    long prompt(String tenant, ChatRequest request) {
        double text = tokens(tenant, request.model(), request.size().units());
        return (long) Math.ceil(text) + frame(request) + request.size().mediaTokens();
    }

    /** What was generated of an answer, as far as it came. */
    public long answer(Tenant tenant, ChatRequest request, Answer answer) {
        return (long) Math.ceil(tokens(tenant.id(), request.model(), answer.answerUnits()));
    }

    private static long frame(ChatRequest request) {
        return PER_PROMPT + (long) PER_MESSAGE * request.messages().size();
    }

    private double tokens(String tenant, String model, TextUnits units) {
        ModelRatios ratios = models(tenant).get(model);
        return ratios == null ? ModelFamily.of(model).tokens(units) : ratios.tokens(units);
    }

    /** Those of a tenant that is seen are shared. */
    private Map<String, ModelRatios> models(String tenant) {
        Map<String, ModelRatios> models = tenants.get(tenant);
        return models != null ? models : tenants.computeIfAbsent(tenant, t -> new ConcurrentHashMap<>());
    }

    /** Takes in what a provider counted for a call, where all that it counted is known. */
    public void learn(LlmCall call, Usage usage) {
        ChatRequest request = call.request();
        if (isWhole(request)) {
            TextMeasure added = new TextMeasure();
            call.body().pieces().forEach(added::escaped);
            learn(call.tenant().id(), request, added.units(), usage.input());
        }
    }

    /** Whether the provider counts what was sent and nothing else: no thread that it keeps, no media. */
    private static boolean isWhole(ChatRequest request) {
        return request.kept().isWhole() && request.size().media() == 0;
    }

    /**
     * @param added what was put into the request
     * @param tokens as the provider counted the whole prompt
     */
    void learn(String tenant, ChatRequest request, TextUnits added, long tokens) {
        TextUnits units = request.size().units().plus(added);
        double text = (double) tokens - frame(request);
        if (units.total() < SHORTEST || text <= 0) {
            return;
        }
        ModelRatios ratios = ratios(tenant, request.model());
        if (ratios != null) {
            ratios.learn(units, text);
        }
    }

    /** Null where there is no room for another model. */
    private @Nullable ModelRatios ratios(String tenant, String model) {
        Map<String, ModelRatios> models = models(tenant);
        ModelRatios before = models.get(model);
        if (before != null) {
            return before;
        }
        boolean room = models.size() < MODELS && model.length() <= LONGEST_NAME;
        return room ? models.computeIfAbsent(model, name -> new ModelRatios(ModelFamily.of(name))) : null;
    }

    /**
     * What one replica tells the others of one model, and what they tell it.
     *
     * @param calls from which it was learned
     * @param sums as many as all others', in the order in which they were given
     */
    public record Shared(String model, int calls, double[] sums) {}

    /** The tenants that have called. */
    public List<String> tenants() {
        return List.copyOf(tenants.keySet());
    }

    /** Forgets tenants that are no more. */
    public void keep(TenantCatalog now) {
        tenants.keySet().removeIf(tenant -> now.tenant(tenant) == null);
        known.removeIf(tenant -> now.tenant(tenant) == null);
    }

    /** Whether nothing that other replicas have learned of a tenant is known yet. */
    public boolean isNew(String tenant) {
        return !known.contains(tenant);
    }

    /** What was learned since the last time. It comes back by {@link #merge} or {@link #giveBack}. */
    public List<Shared> take(String tenant) {
        List<Shared> taken = new ArrayList<>();
        models(tenant).forEach((model, ratios) -> {
            ModelRatios.Learned learned = ratios.take();
            if (learned.calls() > 0) {
                taken.add(new Shared(model, learned.calls(), learned.sums()));
            }
        });
        return taken;
    }

    /** Takes in what all replicas know, what was taken here included. */
    public void merge(String tenant, List<Shared> merged) {
        known.add(tenant);
        for (Shared shared : merged) {
            ModelRatios ratios = ratios(tenant, shared.model());
            if (ratios != null && ModelRatios.areSums(shared.sums())) {
                ratios.merged(shared.sums());
            }
        }
    }

    /** What was taken could not be told. */
    public void giveBack(String tenant, List<Shared> taken) {
        for (Shared shared : taken) {
            ModelRatios ratios = ratios(tenant, shared.model());
            if (ratios != null) {
                ratios.giveBack(new ModelRatios.Learned(shared.calls(), shared.sums()));
            }
        }
    }
}
