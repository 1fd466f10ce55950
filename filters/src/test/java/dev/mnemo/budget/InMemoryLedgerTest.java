package dev.mnemo.budget;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

class InMemoryLedgerTest extends LedgerContract {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    @Override
    Ledger ledger() {
        return new InMemoryLedger(now::get, LEASE);
    }

    @Override
    void tell(Instant time) {
        now.set(time);
    }

    @Override
    void renew(Ledger ledger, Claim claim) {
        ((InMemoryLedger) ledger).renew(List.of(claim));
    }
}
