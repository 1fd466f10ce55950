package dev.mnemo;

import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.BudgetPolicy;
import dev.mnemo.tenant.Limit;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.SummaryPolicy;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
        return new Memory().contextTokens(contextTokens).recent(recent).policy();
    }

    /** What a tenant wants of memory: the default, but for what is said here. */
    public static final class Memory {

        private static final MemoryPolicy MOST = MemoryPolicy.DEFAULT;

        private int contextTokens = MOST.contextTokens();
        private int recent = MOST.recent();
        private int keep = MOST.keep();
        private Duration ttl = MOST.ttl();
        private int archive = MOST.archive();
        private Retrieve retrieve = MOST.retrieve();
        private int holdout = MOST.holdout();
        private @Nullable SealKeys seal = MOST.seal();
        private @Nullable SummaryPolicy summary = MOST.summary();
        private Duration calls = MOST.calls();

        public Memory contextTokens(int value) {
            contextTokens = value;
            return this;
        }

        public Memory recent(int value) {
            recent = value;
            return this;
        }

        public Memory keep(int value) {
            keep = value;
            return this;
        }

        public Memory ttl(Duration value) {
            ttl = value;
            return this;
        }

        public Memory archive(int value) {
            archive = value;
            return this;
        }

        public Memory retrieve(Retrieve value) {
            retrieve = value;
            return this;
        }

        public Memory holdout(int value) {
            holdout = value;
            return this;
        }

        public Memory seal(@Nullable SealKeys value) {
            seal = value;
            return this;
        }

        public Memory summary(@Nullable SummaryPolicy value) {
            summary = value;
            return this;
        }

        public Memory calls(Duration value) {
            calls = value;
            return this;
        }

        public MemoryPolicy policy() {
            return new MemoryPolicy(
                    contextTokens,
                    MOST.preferences(),
                    recent,
                    keep,
                    ttl,
                    MOST.record(),
                    MOST.partial(),
                    MOST.marker(),
                    MOST.required(),
                    archive,
                    retrieve,
                    holdout,
                    seal,
                    summary,
                    calls);
        }
    }

    public static Limit limit(String name, Limit.Scope per, Limit.Unit unit, long amount, Limit.Window every) {
        return new Limit(name, per, unit, amount, every, ZoneOffset.UTC, List.of(), 80, false);
    }
}
