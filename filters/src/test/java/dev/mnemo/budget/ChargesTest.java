package dev.mnemo.budget;

import static dev.mnemo.budget.Claims.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.budget.Claim.Line;
import dev.mnemo.call.BudgetListener;
import dev.mnemo.call.Calls;
import dev.mnemo.call.TokenEstimate;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.Limit.Unit;
import dev.mnemo.tenant.Limit.Window;
import dev.mnemo.tenant.MemoryPolicy;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChargesTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private final Charges charges = new Charges(new TokenEstimate(), new Deaf());

    @ParameterizedTest
    @EnumSource(Unit.class)
    void aClientsCallDoesNotCountWhereMnemosOwnDo(Unit unit) {
        Window every = unit == Unit.CALLS ? Window.NONE : Window.DAY;
        Limit clients = limit("clients", Scope.TENANT, unit, 1_000_000_000, every);
        Limit own = limit("own", Scope.MAINTENANCE, unit, 1, every);

        assertThat(claim("gpt-5", own, clients).lines()).extracting(Line::limit).containsExactly(clients);
    }

    @Test
    void aClientsCallOfAModelWithoutAPriceIsNotRefusedForMnemosOwn() {
        assertThat(claim("nobody-knows-it", limit("own", Scope.MAINTENANCE, Unit.USD, 1, Window.DAY))
                        .lines())
                .isEmpty();
    }

    @Test
    void eachScopeHasSubjectsOfItsOwn() {
        assertThat(Scope.values())
                .extracting(scope -> Claim.subject(limit("l", scope, Unit.TOKENS, 1, Window.DAY), "k", "ada"))
                .doesNotHaveDuplicates()
                .contains(":maintenance");
    }

    private Claim claim(String model, Limit... limits) {
        return charges.claim(Calls.streamed(Fixtures.tenant("acme", MemoryPolicy.DEFAULT, limits), model), NOW);
    }

    /** No call of these tests has anything to tell. */
    private static final class Deaf implements BudgetListener {

        @Override
        public void refused(String tenant, String limit) {
            throw new AssertionError(limit);
        }

        @Override
        public void warned(String tenant, String limit) {
            throw new AssertionError(limit);
        }

        @Override
        public void overShadow(String tenant, String limit) {
            throw new AssertionError(limit);
        }

        @Override
        public void unavailable(String tenant, boolean refused, Throwable why) {
            throw new AssertionError(why);
        }

        @Override
        public void estimated(String tenant) {
            throw new AssertionError(tenant);
        }

        @Override
        public void lost(String tenant, long holds) {
            throw new AssertionError(tenant);
        }
    }
}
