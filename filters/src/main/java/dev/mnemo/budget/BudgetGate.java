package dev.mnemo.budget;

import dev.mnemo.budget.Claim.Line;
import dev.mnemo.budget.Ledger.Level;
import dev.mnemo.budget.Ledger.Unheld;
import dev.mnemo.budget.Ledger.Verdict;
import dev.mnemo.budget.Ledger.Verdict.Admitted;
import dev.mnemo.budget.Ledger.Verdict.Refused;
import dev.mnemo.call.Budget;
import dev.mnemo.call.BudgetListener;
import dev.mnemo.call.Ending;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.tenant.Limit;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/**
 * Holds each call to its tenant's limits: reserves before, settles after. While the shared ledger is away, a tenant that
 * wants its calls to go on has them held to the same limits by this replica alone. Thread-safe.
 */
public final class BudgetGate implements Budget {

    private static final Duration AGAIN = Duration.ofSeconds(2);

    /** A minute's own; beyond it an SDK's own retries would end before the window does. */
    private static final Duration WORTH_WAITING = Duration.ofSeconds(61);

    private final Ledger shared;
    private final InMemoryLedger local;
    private final Charges charges;
    private final Charges untold;
    private final InstantSource clock;
    private final BudgetListener listener;

    /**
     * @param shared by all replicas
     * @param local this replica's own, for while the shared one is away
     * @param clock of this replica: of the windows around it, the shared ledger's own clock decides which one it is
     */
    public BudgetGate(
            Ledger shared, InMemoryLedger local, TokenEstimate estimate, InstantSource clock, BudgetListener listener) {
        this.shared = shared;
        this.local = local;
        this.charges = new Charges(estimate, listener);
        this.untold = new Charges(estimate, new Untold());
        this.clock = clock;
        this.listener = listener;
    }

    /** Where a claim is held; the last word is what settles. */
    private record Held(Claim claim, Where where) {}

    private enum Where {
        /** By the ledger that all replicas share, as far as is known. */
        SHARED,
        /** By this replica alone. */
        ALONE,
        /** It was refused. */
        NOWHERE
    }

    @Override
    public Mono<Admission> admit(LlmCall call) {
        Claim claim = charges.claim(call, clock.instant());
        AtomicReference<Held> held = new AtomicReference<>(new Held(claim, Where.SHARED));
        // Before reserving: a client that leaves while Redis works must have its hold released all the same.
        call.atEnd(ending -> settle(call, held.get(), ending));
        if (claim.lines().isEmpty()) {
            return Mono.just(new Admission(call.contextCap()));
        }
        boolean open = claim.policy().open()
                || claim.lines().stream().allMatch(line -> line.limit().shadow());
        return shared.reserve(claim)
                .doOnNext(verdict -> {
                    if (open) {
                        local.seen(claim, verdict.levels());
                    }
                })
                .onErrorResume(e -> {
                    listener.unavailable(claim.tenant(), !open, e);
                    if (!open) {
                        return Mono.error(Refusal.later(
                                503,
                                "budget_unavailable",
                                "budget: its store does not answer; try again",
                                AGAIN,
                                true));
                    }
                    held.set(new Held(claim, Where.ALONE));
                    return local.reserve(claim);
                })
                .map(verdict -> admission(call, verdict, held));
    }

    @Override
    public Used used(LlmCall call, Ending ending) {
        Consumption used = charges.used(call, ending);
        return new Used(used.input(), used.output(), used.injected(), used.cost());
    }

    @Override
    public Mono<Weighed> weigh(LlmCall call) {
        long must = untold.most(call);
        long wish = call.contextCap();
        Claim claim;
        try {
            claim = untold.claim(call, clock.instant());
        } catch (Refusal refusal) {
            return Mono.just(new Weighed(must, wish, 0, Map.of(), refusal));
        }
        Map<Limit, Long> needs = claim.lines().stream().collect(Collectors.toMap(Line::limit, Line::must));
        if (needs.isEmpty()) {
            return Mono.just(new Weighed(must, wish, wish, needs, null));
        }
        return shared.weigh(claim).map(verdict -> switch (verdict) {
            case Admitted admitted -> new Weighed(must, wish, granted(call, admitted), needs, null);
            case Refused refused -> new Weighed(must, wish, 0, needs, refusal(refused));
        });
    }

    /** A count must see the block that the next call will carry. */
    private static long granted(LlmCall call, Admitted admitted) {
        return Charges.generates(call) ? admitted.granted() : call.contextCap();
    }

    private static Refusal refusal(Refused refused) {
        return Refusal.later(
                429,
                refused.never() ? "call_exceeds_limit" : "budget_exhausted",
                BudgetHeaders.sentence(refused),
                refused.room(),
                !refused.never() && refused.room().compareTo(WORTH_WAITING) <= 0);
    }

    private Admission admission(LlmCall call, Verdict verdict, AtomicReference<Held> held) {
        HttpHeaders headers = call.answerHeaders();
        BudgetHeaders.write(verdict.levels(), headers::set);
        return switch (verdict) {
            case Admitted admitted -> {
                held.updateAndGet(before -> new Held(admitted.claim(), before.where()));
                admitted.levels().forEach(level -> report(call, admitted, level));
                yield new Admission(granted(call, admitted));
            }
            case Refused refused -> {
                held.updateAndGet(before -> new Held(before.claim(), Where.NOWHERE));
                listener.refused(call.tenant().id(), refused.by().limit().name());
                throw refusal(refused);
            }
        };
    }

    private void report(LlmCall call, Admitted admitted, Level level) {
        if (level.limit().shadow() && admitted.over(level)) {
            listener.overShadow(call.tenant().id(), level.limit().name());
        } else if (level.warns()) {
            listener.warned(call.tenant().id(), level.limit().name());
        }
    }

    private Mono<Void> settle(LlmCall call, Held held, Ending ending) {
        charges.learn(call, ending);
        if (held.where() == Where.NOWHERE) {
            return Mono.empty();
        }
        Consumption used = charges.used(call, ending);
        if (used.estimated() > 0) {
            listener.estimated(held.claim().tenant());
        }
        Mono<Void> settled = shared.settle(held.claim(), used, Unheld.CHARGE).then();
        return held.where() == Where.ALONE
                ? local.settle(held.claim(), used, Unheld.CHARGE).then(settled)
                : settled;
    }
}
