package dev.mnemo.budget;

import static dev.mnemo.Fixtures.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.budget.Ledger.Claim;
import dev.mnemo.budget.Ledger.Spent;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.Tenant;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class InMemoryLedgerTest extends LedgerContract {

    @Override
    Ledger ledger() {
        return new InMemoryLedger(InstantSource.system());
    }

    @Test
    void aNewWindowBeginsEmptyAndALateSettleDoesNotTouchIt() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-24T23:59:59Z"));
        InMemoryLedger ledger = new InMemoryLedger(now::get);
        Limit day = limit("day", Scope.TENANT, Unit.TOKENS, 1_000, Window.DAY);
        Tenant tenant = tenant(day);
        Claim before = claim(tenant, "ada", 900, 0);
        reserve(ledger, before);

        now.set(Instant.parse("2026-11-25T00:00:00Z"));

        assertThat(used(ledger, tenant, "ada")).isZero();
        settle(ledger, before, new Spent(100, 1));
        assertThat(used(ledger, tenant, "ada")).isZero();
        assertThat(ledger.held(day, before)).isZero();
    }
}
