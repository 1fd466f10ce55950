package dev.mnemo.call;

import static dev.mnemo.call.Written.once;
import static dev.mnemo.call.Written.written;

import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Dialect;
import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.dialect.Endpoint;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * One call on its way through the line. Each stage reads what earlier stages wrote and writes its own part, once; a second
 * write is a fault of the program and throws.
 *
 * <p>Created per request. The parts are written one after the other, never at once; only {@link #end} may be called by
 * several threads, and the first wins.
 */
public final class LlmCall {

    private static final String ATTRIBUTE = LlmCall.class.getName();

    private final String id;
    private final Endpoint endpoint;
    private final HttpHeaders headers;
    private final HttpHeaders answerHeaders;
    private final Set<Part> parts = EnumSet.noneOf(Part.class);
    private final List<Function<Ending, Mono<Void>>> atEnd = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
    private final StageTimes times;
    private final @Nullable InetSocketAddress peer;

    private @Nullable Credential credential;
    private @Nullable Caller caller;
    private @Nullable ChatRequest request;
    private @Nullable Conversation conversation;
    private long estimated;
    private long room;
    private @Nullable MemoryMode memory;
    private @Nullable Upstream upstream;
    private @Nullable SplicedBody body;
    private @Nullable Context context;
    private volatile @Nullable UpstreamAnswer answer;
    private volatile boolean sent;
    private volatile @Nullable Refusal refusal;

    LlmCall(
            Endpoint endpoint,
            HttpHeaders headers,
            HttpHeaders answerHeaders,
            LongSupplier nanos,
            @Nullable InetSocketAddress peer) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        this.id = hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
        this.endpoint = endpoint;
        this.headers = headers;
        this.answerHeaders = answerHeaders;
        this.times = new StageTimes(nanos);
        this.peer = peer;
    }

    /** The call of an exchange; null when its route asked for none. */
    public static @Nullable LlmCall of(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    void want(Set<Part> wanted) {
        parts.addAll(wanted);
    }

    boolean wants(Part part) {
        return parts.contains(part);
    }

    /** 32 hex digits, unique; no secret. As in headers, logs and errors. */
    public String id() {
        return id;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public Dialect dialect() {
        return endpoint.dialect();
    }

    /** The client's own headers. Untrusted. */
    public HttpHeaders headers() {
        return headers;
    }

    /** What goes to the client beside the upstream's own headers. */
    public HttpHeaders answerHeaders() {
        return answerHeaders;
    }

    public StageTimes times() {
        return times;
    }

    /** Whose connection it came over: a client, or a balancer before it. Null when that is not known. */
    public @Nullable InetSocketAddress peer() {
        return peer;
    }

    /** What the client authenticated with. */
    public Credential credential() {
        return written(credential, "credential");
    }

    /** Written by identify. */
    public void credential(Credential found) {
        credential = once(credential, found, "credential");
    }

    public Caller caller() {
        return written(caller, "caller");
    }

    /** Whether it is known who calls; not so for a call that was refused early. */
    public boolean identified() {
        return caller != null;
    }

    void caller(Caller found) {
        caller = once(caller, found, "caller");
    }

    public Tenant tenant() {
        return caller().tenant();
    }

    /** Whether the request was read; not so for a call that was refused early, or is passed through. */
    public boolean isRead() {
        return request != null;
    }

    /** The request as it was read. Only for a dialect that {@link Dialect#reads() reads}. */
    public ChatRequest request() {
        return written(request, "request");
    }

    void read(ChatRequest found, Conversation named, MemoryMode asked) {
        request = once(request, found, "request");
        conversation = once(conversation, named, "conversation");
        memory = once(memory, asked, "memory");
    }

    /** An estimate of the client's own prompt, in tokens. */
    void estimated(long tokens) {
        estimated = tokens;
    }

    /** What the whole prompt was estimated to be, the block with it, in tokens; 0 where nothing was. */
    public long estimated() {
        return estimated == 0 || context == null ? estimated : estimated + context.tokens();
    }

    /** The tokens that the tenant and the model leave for a block; 0 where the user is held out. */
    void room(long tokens) {
        room = tokens;
    }

    public Conversation conversation() {
        return written(conversation, "conversation");
    }

    public MemoryMode memory() {
        return written(memory, "memory");
    }

    /** The tokens that a context block may take in this call; 0 where there will be none. */
    public long contextCap() {
        boolean wanted = wants(Part.PERSONALIZE) && memory != null && memory().recalls();
        return wanted && caller().user() != null ? room : 0;
    }

    public Upstream upstream() {
        return written(upstream, "upstream");
    }

    void upstream(Upstream chosen) {
        upstream = once(upstream, chosen, "upstream");
    }

    /** How the upstream and the tenant want the block. */
    public Placement placement() {
        return new Placement(
                Upstreams.takesSeparate(upstream()), tenant().memory().marker());
    }

    /** What is sent upstream: the client's bytes, with the block and the tail spliced in where there are such. */
    public SplicedBody body() {
        SplicedBody spliced = body;
        return spliced == null ? SplicedBody.of(request().body()) : spliced;
    }

    /** Written by compose, once: with all that is put in. */
    public void body(SplicedBody spliced) {
        body = once(body, spliced, "body");
    }

    /**
     * Takes all out again, the block and the tail: the upstream finds the prompt too long, and has generated nothing. The one part that may
     * change after it was written.
     */
    public void withdrawBlock() {
        body = null;
        context = null;
        context(Context.absent(Context.Reason.FULL));
    }

    /** What was injected; null until compose has run. */
    public @Nullable Context context() {
        return context;
    }

    void context(Context composed) {
        context = once(context, composed, "context");
        answerHeaders.set(CallHeaders.CONTEXT, composed.toHeader());
    }

    /** The upstream's answer; null until its headers came. */
    public @Nullable UpstreamAnswer answer() {
        return answer;
    }

    /** Written by the upstream stage when the answer's headers came. */
    public void answer(UpstreamAnswer begun) {
        answer = once(answer, begun, "answer");
        times.headers();
    }

    /** From here on the upstream may have seen the call. */
    public void sent() {
        sent = true;
        times.sent();
    }

    boolean isSent() {
        return sent;
    }

    /**
     * Asks for work when the call has ended, however it ends. It runs after the answer, on nobody's time, and is waited for
     * at shutdown.
     */
    public void atEnd(Function<Ending, Mono<Void>> work) {
        atEnd.add(work);
    }

    /** Mnemo's own "no"; null when there was none. */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    void refused(Refusal why) {
        refusal = why;
    }

    List<Function<Ending, Mono<Void>>> atEnd() {
        return atEnd;
    }

    /** Says how the call ended. The first to say so is right. */
    public void end(Outcome how) {
        outcome.compareAndSet(null, how);
    }

    Ending ending() {
        end(sent ? Outcome.UPSTREAM_FAILED : Outcome.REFUSED);
        Outcome how = written(outcome.get(), "outcome");
        return Ending.of(how, sent, answer);
    }
}
