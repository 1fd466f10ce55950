package dev.mnemo.budget;

import dev.mnemo.budget.Ledger.Claim;
import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Spent;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.call.Budget;
import dev.mnemo.call.Budget.Admission;
import dev.mnemo.call.Context;
import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.tenant.BudgetPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/**
 * Holds each call to its tenant's limits: reserves before, settles after. While the shared ledger is away, a tenant that
 * wants its calls to go on has them held to the same limits by this replica alone. Thread-safe.
 */
public final class BudgetGate implements Budget {

    private static final Duration AGAIN = Duration.ofSeconds(2);

    /** Beyond it an SDK's own retries would end before the window does. */
    private static final Duration WORTH_WAITING = Duration.ofSeconds(60);

    private final Ledger shared;
    private final Ledger local;
    private final TokenEstimate estimate;

    /**
     * @param shared by all replicas
     * @param local this replica's own, for while the shared one is away
     */
    public BudgetGate(Ledger shared, Ledger local, TokenEstimate estimate) {
        this.shared = shared;
        this.local = local;
        this.estimate = estimate;
    }

    @Override
    public Mono<Admission> admit(LlmCall call) {
        BudgetPolicy policy = call.tenant().budgets();
        Claim claim = claim(call, policy);
        if (policy.limits().isEmpty()) {
            call.atEnd(ending -> Mono.fromRunnable(() -> learn(call, ending)));
            return Mono.just(new Admission(call.contextCap()));
        }
        AtomicBoolean alone = new AtomicBoolean();
        // Before reserving: a client that leaves while Redis works must have its hold released all the same.
        call.atEnd(ending -> settle(call, claim, ending, alone.get()));
        return shared.reserve(claim)
                .onErrorResume(e -> {
                    if (!policy.open()) {
                        return Mono.error(Refusal.later(
                                503,
                                "budget_unavailable",
                                "budget: its store does not answer; try again",
                                AGAIN,
                                true));
                    }
                    alone.set(true);
                    return local.reserve(claim);
                })
                .map(verdict -> admission(call, verdict));
    }

    private Claim claim(LlmCall call, BudgetPolicy policy) {
        String user = call.caller().user();
        String key = call.caller().key().id();
        if (!generates(call)) {
            return new Claim(call.id(), call.tenant(), key, user, 0, 0);
        }
        long answer = call.request().size().maxAnswerTokens();
        long must = prompt(call) + (answer < 0 ? policy.answerTokens() : answer);
        return new Claim(call.id(), call.tenant(), key, user, must, call.contextCap());
    }

    /** Whether tokens are generated, as far as can be known: what is passed through counts as a request. */
    private static boolean generates(LlmCall call) {
        return call.dialect().reads() && !call.request().counts();
    }

    private static Admission admission(LlmCall call, Verdict verdict) {
        HttpHeaders headers = call.answerHeaders();
        return switch (verdict) {
            case Admitted(long granted, List<Level> levels) -> {
                RateLimitHeaders.write(levels, headers::set);
                // A count must see the block that the next call will carry.
                yield new Admission(generates(call) ? granted : call.contextCap());
            }
            case Refused(Level by, List<Level> levels) -> {
                RateLimitHeaders.write(levels, headers::set);
                Duration wait = by.resets();
                throw Refusal.later(
                        429,
                        "budget_exhausted",
                        RateLimitHeaders.sentence(by),
                        wait,
                        wait.compareTo(WORTH_WAITING) <= 0);
            }
        };
    }

    private Mono<Void> settle(LlmCall call, Claim claim, Ending ending, boolean alone) {
        learn(call, ending);
        Spent spent = spent(call, ending);
        Mono<Void> settled = shared.settle(claim, spent).then();
        return alone ? local.settle(claim, spent).then(settled) : settled;
    }

    /** The provider's own figure; else what passed by. What the upstream refused or never saw costs nothing. */
    private Spent spent(LlmCall call, Ending ending) {
        if (!ending.sent()) {
            return new Spent(0, 0);
        }
        if (ending.upstreamRefused() || !generates(call)) {
            return new Spent(0, 1);
        }
        Answer answer = ending.answer();
        if (answer == null) {
            // The upstream had the prompt while the client left; a failed upstream gave nothing for it.
            return new Spent(ending.outcome() == Outcome.UPSTREAM_FAILED ? 0 : promptWithBlock(call), 1);
        }
        Usage usage = answer.usage();
        if (usage != null && answer.complete()) {
            return new Spent(usage.input() + usage.output(), 1);
        }
        String model = call.request().model();
        long delivered = estimate.prompt(call.tenant().id(), model, answer.answerBytes(), 0);
        // What a stream said before it was cut is the least that it used: Anthropic begins with an output of one token.
        return usage == null
                ? new Spent(promptWithBlock(call) + delivered, 1)
                : new Spent(usage.input() + Math.max(usage.output(), delivered), 1);
    }

    private void learn(LlmCall call, Ending ending) {
        Answer answer = ending.answer();
        Usage usage = answer == null ? null : answer.usage();
        if (usage == null || usage.input() == 0) {
            return;
        }
        ChatRequest request = call.request();
        if (request.kept().continues() != null || request.kept().closed()) {
            // Of a prompt that the provider keeps in part, the bytes are not known.
            return;
        }
        long injected = (long) call.body().length() - request.body().length;
        estimate.learn(
                call.tenant().id(),
                request.model(),
                request.size().promptBytes() + injected,
                request.size().media(),
                usage.input());
    }

    private long prompt(LlmCall call) {
        return estimate.prompt(call.tenant(), call.request());
    }

    private long promptWithBlock(LlmCall call) {
        Context context = call.context();
        return prompt(call) + (context == null ? 0 : context.tokens());
    }
}
