package dev.mnemo;

import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;

/** Tenants for units that need one. */
public final class Fixtures {

    private Fixtures() {}

    public static Tenant tenant(String id, MemoryPolicy memory, Limit... limits) {
        return new Tenant(
                id,
                id,
                List.of(new ApiKey("web", "0".repeat(64), Set.of(ApiKey.Permission.CHAT))),
                null,
                List.of(),
                true,
                List.of(new Upstream(
                        "fake",
                        Set.of(Protocol.OPENAI),
                        URI.create("http://127.0.0.1:1"),
                        null,
                        List.of("*"),
                        Upstream.Timeouts.DEFAULT)),
                memory,
                new BudgetPolicy(1_000, false, 100, 100, null, List.of(limits)),
                List.of());
    }

    /** The default, but for so many tokens of context and interactions shown. */
    public static MemoryPolicy memory(int contextTokens, int recent) {
        MemoryPolicy most = MemoryPolicy.DEFAULT;
        return new MemoryPolicy(
                contextTokens,
                most.preferences(),
                recent,
                most.keep(),
                most.ttl(),
                most.record(),
                most.partial(),
                most.marker(),
                most.required(),
                most.archive(),
                most.retrieve(),
                most.holdout(),
                most.seal(),
                most.summary(),
                most.calls());
    }

    public static Limit limit(String name, Limit.Scope per, Limit.Unit unit, long amount, Limit.Window every) {
        return new Limit(name, per, unit, amount, every, ZoneOffset.UTC, List.of(), 80, false);
    }
}
