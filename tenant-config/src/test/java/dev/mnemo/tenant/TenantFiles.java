package dev.mnemo.tenant;

/** Tenant files for tests. */
final class TenantFiles {

    static final String HASH = "a".repeat(64);
    static final String SMALL = small("a");

    /** The contract's sample. */
    static final String ACME = """
            # yaml-language-server: $schema=../docs/tenant.schema.json
            name: Acme Corporation
            keys:
              - id: web
                sha256: "%s"
              - id: backend
                sha256: "%s"
                may: [chat, memory]
            user:
              - header: X-Mnemo-User
              - body: safety_identifier
              - body: user
            anonymous: allow
            upstreams:
              - name: openai
                speaks: [openai]
                url: https://api.openai.com
                credential: ${OPENAI_API_KEY}
                models: ["gpt-*", "o*"]
                timeouts: {connect: 2s, first-byte: 120s, idle: 60s, total: 15m}
            memory:
              context: 2k
              preferences: true
              recent: 5
              keep: 20
              ttl: 90d
              record: true
              archive: 0
              retrieve: off
              summary: {model: gpt-5.4-mini, upstream: openai}
              holdout: 0%%
              seal: ${MNEMO_ACME_KEY}
              unavailable: continue
            budgets:
              answer: 1k
              unavailable: refuse
              limits:
                - {name: tenant-month, per: tenant, tokens: 100M, every: month}
                - {name: user-day, per: user, tokens: 200k, every: day, zone: Europe/Zurich}
                - {name: opus, per: user, models: ["claude-opus-*"], usd: 2.50, every: day}
                - {name: burst, per: key, requests: 600, every: minute}
            """.formatted("A".repeat(64), "b".repeat(64));

    private TenantFiles() {}

    /** The least that a tenant needs; its key's hash repeats {@code digit}. */
    static String small(String digit) {
        return """
               keys: [{id: web, sha256: %s}]
               upstreams: [{name: any, speaks: [openai], url: "http://localhost:8081/base"}]
               """.formatted(digit.repeat(64));
    }
}
