package dev.mnemo.budget;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.call.BudgetListener;
import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.ChatRequest.Size;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import dev.mnemo.tenant.Price;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream.Protocol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a call may use at the most, and what it has used in the end. Thread-safe. */
final class Charges {

    /** No call has more tokens; a provider that says so must not overflow a counter. */
    private static final long MOST_TOKENS = 1_000_000_000;

    private final TokenEstimate estimate;
    private final BudgetListener listener;

    Charges(TokenEstimate estimate, BudgetListener listener) {
        this.estimate = estimate;
        this.listener = listener;
    }

    /**
     * What the call asks of the ledger.
     *
     * @throws Refusal when a limit counts dollars, and what the call's model costs is not known
     */
    Claim claim(LlmCall call, Instant now) {
        Tenant tenant = call.tenant();
        BudgetPolicy policy = tenant.budgets();
        String keyId = call.caller().key().id();
        String user = call.caller().user();
        String model = model(call);
        long prompt = generates(call) ? prompt(call) : 0;
        long answer = generates(call) ? heldAnswer(call) : 0;
        Tariff tariff = tariff(call);
        boolean priced = !generates(call) || tenant.price(model) != null;
        boolean marked = marked(call);
        // OpenAI's newer models write to their cache without being asked.
        boolean writes = marked || call.dialect().protocol() == Protocol.OPENAI;
        long perToken = tariff.input(prompt, writes, marked);
        // What is not known to be cached is not; all of an answer may be reasoning, where that weighs more.
        Consumption most = new Consumption(
                1,
                prompt,
                0,
                0,
                answer,
                policy.reasoningWeight() > 100 ? answer : 0,
                0,
                prompt * perToken + tariff.answer(prompt, answer),
                0,
                0);
        List<Line> lines = new ArrayList<>(policy.limits().size());
        for (Limit limit : policy.limits()) {
            if (!counts(limit.per(), call.caller().isMnemo()) || !limit.counts(model)) {
                continue;
            }
            if (limit.unit() == Unit.USD && !priced) {
                if (limit.shadow()) {
                    listener.overShadow(tenant.id(), limit.name());
                    continue;
                }
                listener.refused(tenant.id(), limit.name());
                throw unpriced(limit, model);
            }
            long must = limit.unit() == Unit.CALLS ? 1 : most.of(limit, policy);
            lines.add(new Line(limit, Claim.subject(limit, keyId, user), must, rate(limit, perToken)));
        }
        lines.sort(Line.ORDER);
        long wish = generates(call) ? call.contextCap() : 0;
        UsageRow.Name row = new UsageRow.Name(keyId, model, user);
        return new Claim(call.id(), tenant.id(), policy, now, lines, wish, row);
    }

    /**
     * @param own whether Mnemo makes the call itself: no user and no key pays for it
     */
    private static boolean counts(Scope scope, boolean own) {
        return switch (scope) {
            case TENANT -> true;
            case USER, KEY -> !own;
            case MAINTENANCE -> own;
        };
    }

    /** Tokens that the call may use without its block, at the most. */
    long most(LlmCall call) {
        return generates(call) ? prompt(call) + heldAnswer(call) : 0;
    }

    private static long heldAnswer(LlmCall call) {
        return Math.min(mostAnswer(call), MOST_TOKENS);
    }

    private static long rate(Limit limit, long perToken) {
        return switch (limit.unit()) {
            case TOKENS, INPUT -> 1;
            case USD -> perToken;
            case OUTPUT, REQUESTS, CALLS -> 0;
        };
    }

    private static Refusal unpriced(Limit limit, String model) {
        return Refusal.of(
                403,
                "model_without_price",
                "budget: limit \"" + limit.name() + "\" is in dollars, and what \"" + model
                        + "\" costs is not known (expected: a model whose price is known, or a price in the tenant's"
                        + " models or budgets.price)");
    }

    /** The provider's own figure; else what passed by. What the upstream refused or never saw costs nothing. */
    Consumption used(LlmCall call, Ending ending) {
        if (!ending.sent()) {
            return Consumption.NONE;
        }
        Answer answer = ending.answer();
        if (ending.upstreamRefused() || !generates(call)) {
            return Consumption.CALL;
        }
        if (answer == null && ending.unread() > 0 && ending.status() < 300) {
            return used(call, new Usage(promptWithBlock(call), 0, 0, packed(call, ending.unread()), 0), 1);
        }
        if (answer == null) {
            // The upstream had the prompt while the client left; a failed upstream gave nothing for it.
            return ending.outcome() == Outcome.UPSTREAM_FAILED
                    ? Consumption.CALL
                    : used(call, new Usage(promptWithBlock(call), 0, 0, 0, 0), 1);
        }
        Usage usage = answer.usage();
        if (usage != null && answer.complete()) {
            return used(call, usage, 0);
        }
        long delivered = estimate.answer(call.tenant(), call.request(), answer);
        if (usage == null && call.request().kept().later() && answer.finishReason() == null && !answer.failed()) {
            // It goes on where it is not seen.
            delivered = Math.max(delivered, mostAnswer(call));
        }
        // What a stream said before it was cut is the least that it used: Anthropic begins with an output of one token.
        Usage passed = usage == null
                ? new Usage(promptWithBlock(call), 0, 0, delivered, 0)
                : new Usage(
                        usage.input(),
                        usage.cachedInput(),
                        usage.writtenInput(),
                        usage.writtenForHour(),
                        Math.max(usage.output(), delivered),
                        usage.reasoning());
        return used(call, passed, 1);
    }

    /**
     * Tokens of an answer that could not be read. Text is packed to about a quarter, and a token has about four bytes: one for
     * each byte that passed. A stream's frames are packed away, so that it is no less than the tenant's answer.
     */
    private static long packed(LlmCall call, long bytes) {
        long most = call.request().size().maxAnswerTokens();
        long guess = Math.max(
                bytes,
                call.tenant().budgets().answerTokens() * call.request().size().choices());
        return most < 0 ? guess : Math.min(guess, most);
    }

    /** What the answer may have at the most, as far as the call says; else what the tenant holds for it. */
    private static long mostAnswer(LlmCall call) {
        Size size = call.request().size();
        long most = size.maxAnswerTokens();
        return most < 0 ? call.tenant().budgets().answerTokens() * size.choices() : most;
    }

    private Consumption used(LlmCall call, Usage told, long estimated) {
        Usage usage = new Usage(
                sane(told.input()),
                Math.min(sane(told.cachedInput()), sane(told.input())),
                Math.min(sane(told.writtenInput()), sane(told.input())),
                Math.min(sane(told.writtenForHour()), sane(told.writtenInput())),
                sane(told.output()),
                Math.min(sane(told.reasoning()), sane(told.output())));
        Tariff tariff = tariff(call);
        long prompt = tariff.prompt(usage);
        Context context = call.context();
        long injected = context == null ? 0 : Math.min(context.tokens(), usage.input());
        return new Consumption(
                1,
                usage.input(),
                usage.cachedInput(),
                usage.writtenInput(),
                usage.output(),
                usage.reasoning(),
                injected,
                prompt + tariff.answer(usage.input(), usage.output()),
                // At what the prompt's tokens have cost on average: which of them were cached is not told.
                usage.input() == 0 ? 0 : (long) ((double) prompt * injected / usage.input()),
                estimated);
    }

    void learn(LlmCall call, Ending ending) {
        Answer answer = ending.answer();
        Usage usage = answer == null ? null : answer.usage();
        if (usage == null || usage.input() == 0) {
            return;
        }
        estimate.learn(call, usage);
    }

    /** Whether tokens are generated, as far as can be known: what is passed through counts as a request. */
    static boolean generates(LlmCall call) {
        return call.dialect().reads() && !call.request().counts();
    }

    private static String model(LlmCall call) {
        return call.dialect().reads() ? call.request().model() : call.endpoint().model();
    }

    private static Tariff tariff(LlmCall call) {
        Tenant tenant = call.tenant();
        Price price = generates(call) ? tenant.price(model(call)) : null;
        return price == null
                ? Tariff.FREE
                : new Tariff(price, tenant.facts(model(call)).edge());
    }

    private static boolean marked(LlmCall call) {
        return generates(call)
                && (call.request().markers().used() > 0
                        || call.tenant().memory().marker() != CacheMarker.OFF);
    }

    private long prompt(LlmCall call) {
        return Math.min(estimate.prompt(call.tenant(), call.request()), MOST_TOKENS);
    }

    private long promptWithBlock(LlmCall call) {
        Context context = call.context();
        return prompt(call) + (context == null ? 0 : context.tokens());
    }

    private static long sane(long tokens) {
        return Math.clamp(tokens, 0, MOST_TOKENS);
    }
}
