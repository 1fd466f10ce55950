package dev.mnemo.call;

import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Endpoint;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.dialect.TextUnits;
import dev.mnemo.tenant.Tenant;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Calls as listeners find them when they have ended. */
public final class Calls {

    private Calls() {}

    /** A streamed call that was sent after 1 ms, had its first byte after 201 ms, and ends now, after 1,201 ms. */
    public static LlmCall streamed(Tenant tenant, String model) {
        AtomicLong nanos = new AtomicLong();
        LlmCall call = new LlmCall(Endpoints.CHAT, new HttpHeaders(), new HttpHeaders(), nanos::get, null);
        ChatRequest request = Endpoints.read(
                Endpoints.CHAT,
                "{\"model\":\"" + model + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}");
        call.read(request, ConversationNames.of(call.headers(), request), MemoryMode.ON);
        call.caller(new Caller(tenant, tenant.keys().getFirst(), null, null));
        call.upstream(tenant.upstreams().getFirst());
        nanos.set(1_000_000);
        call.sent();
        nanos.set(201_000_000);
        call.times().byteCame();
        nanos.set(1_201_000_000);
        return call;
    }

    /** A user's call that is about to be composed, with room for all that its tenant gives. */
    public static LlmCall of(Tenant tenant, String user, String body) {
        return of(Endpoints.CHAT, tenant, user, body);
    }

    public static LlmCall of(Endpoint endpoint, Tenant tenant, String user, String body) {
        LlmCall call = new LlmCall(endpoint, new HttpHeaders(), new HttpHeaders(), () -> 0, null);
        ChatRequest request = Endpoints.read(endpoint, body);
        call.want(Set.of(Part.PERSONALIZE));
        call.read(request, ConversationNames.of(call.headers(), request), MemoryMode.ON);
        call.caller(new Caller(tenant, tenant.keys().getFirst(), user, null));
        call.upstream(tenant.upstreams().getFirst());
        call.room(tenant.memory().contextTokens());
        return call;
    }

    /** One that was refused before it was known who calls. */
    public static LlmCall refused(Refusal why, @Nullable InetSocketAddress peer) {
        LlmCall call = new LlmCall(Endpoints.CHAT, new HttpHeaders(), new HttpHeaders(), () -> 0, peer);
        call.refused(why);
        return call;
    }

    /** Its answer has begun. */
    public static LlmCall answered(LlmCall call) {
        call.times().byteCame();
        return call;
    }

    /** Does what was asked for when the call has ended. */
    public static Mono<Void> atEnd(LlmCall call, Ending ending) {
        return Flux.fromIterable(call.atEnd())
                .concatMap(work -> work.apply(ending))
                .then();
    }

    public static Ending ended(int status, Outcome outcome, long input, long output) {
        Answer answer = new Answer(
                "", false, null, null, new Usage(input, 0, 0, output, 0), true, false, false, 0, TextUnits.NONE);
        return new Ending(outcome, status, true, answer, 0);
    }
}
