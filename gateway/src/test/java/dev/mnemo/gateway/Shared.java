package dev.mnemo.gateway;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.mnemo.identity.Issuer;
import dev.mnemo.redis.RedisLinks;
import dev.mnemo.redis.TestRedis;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** One gateway, one scripted upstream and one WireMock for all tests of this JVM: starting costs more than testing. */
final class Shared {

    static final ScriptedUpstream UPSTREAM = new ScriptedUpstream();

    static final WireMockServer LLM = wireMock();

    /** It publishes the keys of those who have tokens. */
    static final DisposableServer ISSUER = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(routes -> routes.get(
                    "/jwks.json", (request, response) -> response.sendByteArray(Mono.just(Issuer.jwks(Issuer.EC)))))
            .bindNow();

    /**
     * Patient with Redis: on a busy machine a cold JVM would take its own slowness for an outage. It logs in as the user that
     * the docs tell operators to make, so that every test shows that this user may do enough.
     */
    static final Mnemo MNEMO = Mnemo.start(
            TestRedis.url(),
            tenants(),
            "mnemo.redis.timeout=5s",
            "mnemo.redis.username=mnemo",
            "mnemo.redis.password=" + RedisUser.made(TestRedis.commands()));

    static {
        // A gateway starts without Redis. Its tests begin with it.
        TestRedis.connected(MNEMO.bean(RedisLinks.class));
    }

    private Shared() {}

    private static WireMockServer wireMock() {
        WireMockServer server =
                new WireMockServer(WireMockConfiguration.options().dynamicPort().gzipDisabled(true));
        server.start();
        return server;
    }

    private static Map<String, String> tenants() {
        Map<String, String> tenants = new HashMap<>();
        tenants.put("acme", Mnemo.tenant("acme", UPSTREAM.port(), ""));
        tenants.put("globex", Mnemo.tenant("globex", UPSTREAM.port(), ""));
        tenants.put("wire", Mnemo.tenant("wire", LLM.port(), limit("requests: 1M, per: tenant, every: month")));
        tenants.put("strict", Mnemo.tenant("strict", UPSTREAM.port(), "anonymous: refuse"));
        tenants.put("ten", Mnemo.tenant("ten", UPSTREAM.port(), limit("requests: 10, per: user, every: month")));
        tenants.put(
                "metered", Mnemo.tenant("metered", UPSTREAM.port(), limit("tokens: 100M, per: tenant, every: month")));
        tenants.put("told", Mnemo.tenant("told", UPSTREAM.port(), """
                        budgets:
                          limits:
                            - {name: whole, per: tenant, tokens: 100M, every: month}
                            - {name: calls, per: user, requests: 10, every: day}
                        """));
        tenants.put(
                "lean",
                Mnemo.tenant("lean", UPSTREAM.port(), limit("tokens: 1200, per: user, every: month", "answer: 1k")));
        tenants.put("byok", Mnemo.tenant("byok", UPSTREAM.port(), "").replace(", credential: upstream-secret", ""));
        tenants.put("dropping", Mnemo.tenant("dropping", UPSTREAM.port(), "memory: {partial: drop}"));
        tenants.put(
                "archived",
                Mnemo.tenant(
                        "archived",
                        UPSTREAM.port(),
                        "memory: {context: 600, recent: 1, keep: 2, archive: 200, retrieve: conversation}"));
        tenants.put(
                "turning",
                Mnemo.tenant(
                        "turning",
                        UPSTREAM.port(),
                        "memory: {context: 600, recent: 0, keep: 2, archive: 200, retrieve: turn}"));
        tenants.put(
                "sealing",
                Mnemo.tenant(
                        "sealing",
                        UPSTREAM.port(),
                        "memory: {recent: 2, keep: 2, archive: 100, seal: c2VhbGluZyBzZWFsaW5nIHNlYWxpbmcgc2VhbGluZyE=}"));
        tenants.put(
                "halved",
                Mnemo.tenant(
                        "halved",
                        UPSTREAM.port(),
                        "memory: {holdout: 50%, archive: 100, retrieve: turn}\nmodels: [{name: priced, price: {input: 1, output: 10}}]\n"
                                + limit("tokens: 1M, per: user, every: month")));
        tenants.put("marking", Mnemo.tenant("marking", UPSTREAM.port(), "memory: {cache: 5m}"));
        tenants.put(
                "narrow",
                Mnemo.tenant(
                        "narrow",
                        UPSTREAM.port(),
                        "models: [{name: narrow, window: 1k, answer: 100}, {name: dear, edge: 500}]"));
        tenants.put("noted", Mnemo.tenant("noted", UPSTREAM.port(), """
                        memory: {summary: {model: diary, upstream: fake}}
                        budgets:
                          limits:
                            - {name: profiles, per: maintenance, tokens: 1M, every: month}
                            - {name: people, per: user, tokens: 1M, every: month}
                        """));
        tenants.put("whole", Mnemo.tenant("whole", UPSTREAM.port(), """
                        memory: {context: 600, recent: 30, keep: 30, archive: 200, retrieve: turn, summary: {model: memoir, upstream: fake}}
                        budgets:
                          limits:
                            - {name: calls, per: key, requests: 1M, models: ["told*"], every: month}
                            - {name: next, per: user, tokens: 1M, every: day, shadow: true}
                        """));
        tenants.put("tokens", Mnemo.tenant("tokens", UPSTREAM.port(), jwt("tokens")));
        tenants.put(
                "bare",
                Mnemo.tenant("bare", UPSTREAM.port(), jwt("bare")).replace(", credential: upstream-secret", ""));
        tenants.put(
                "few", Mnemo.tenant("few", UPSTREAM.port(), jwt("few") + limit("requests: 2, per: key, every: month")));
        tenants.put("away", Mnemo.tenant("away", UPSTREAM.port(), jwt("away").replace(":" + ISSUER.port(), ":1")));
        tenants.replaceAll((id, file) -> Mnemo.patient(file));
        // One tenant for each way to fail: a breaker that opens must not be another test's.
        tenants.put("chatonly", Mnemo.tenant("chatonly", UPSTREAM.port(), "").replace(", may: [chat, memory]", ""));
        tenants.put(
                "looking",
                Mnemo.tenant("looking", UPSTREAM.port(), "").replace("may: [chat, memory]", "may: [memory]"));
        tenants.put("endless", Mnemo.tenant("endless", UPSTREAM.port(), "").replace("total: 10s", "total: 1s"));
        tenants.put("overloaded", Mnemo.tenant("overloaded", LLM.port(), ""));
        for (String fault :
                List.of("refusing", "flaky", "silent", "stalling", "cut", "undone", "leaving", "breaking")) {
            tenants.put(fault, Mnemo.tenant(fault, fault.equals("refusing") ? 1 : UPSTREAM.port(), ""));
        }
        return tenants;
    }

    private static String jwt(String audience) {
        return "jwt: {issuer: \"" + Issuer.NAME + "\", audience: " + audience + ", jwks: \"http://127.0.0.1:"
                + ISSUER.port() + "/jwks.json\"}\n";
    }

    private static String limit(String limit, String... more) {
        return "budgets: {limits: [{name: only, " + limit + "}]" + (more.length == 0 ? "" : ", " + more[0]) + "}";
    }
}
