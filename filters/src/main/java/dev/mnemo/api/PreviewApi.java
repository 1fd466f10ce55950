package dev.mnemo.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.mnemo.budget.UsageBook;
import dev.mnemo.budget.UsageBook.Standing;
import dev.mnemo.call.Budget.Weighed;
import dev.mnemo.call.Caller;
import dev.mnemo.call.Context;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Memory.Piece;
import dev.mnemo.call.Preview;
import dev.mnemo.call.Preview.Previewed;
import dev.mnemo.call.Refusal;
import dev.mnemo.memory.CallRecords;
import dev.mnemo.tenant.Limit.Scope;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /mnemo/v1/preview} and a call's own path: what would be sent for it, and why. Thread-safe. */
public final class PreviewApi {

    private static final String PATH = "/mnemo/v1/preview/**";

    /** Elements of a path before the call's own: {@code / mnemo / v1 / preview}. */
    private static final int BEFORE = 6;

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final ApiDoor door;
    private final Preview preview;
    private final UsageBook book;

    public PreviewApi(ApiDoor door, Preview preview, UsageBook book) {
        this.door = door;
        this.preview = preview;
        this.book = book;
    }

    public RouterFunction<ServerResponse> routes() {
        return route().POST(PATH, request -> door.answerAny(request, this::look))
                .add(ApiDoor.only(PATH, "POST"))
                .build();
    }

    private Mono<ServerResponse> look(ServerRequest request, KeyOwner owner) {
        PathContainer path = request.requestPath().pathWithinApplication();
        String own = path.subPath(BEFORE).value();
        if (own.length() <= 1 || own.startsWith("/mnemo")) {
            return ProblemJson.of(404, own + ": no path of a call (expected: such as /mnemo/v1/preview/v1/messages)");
        }
        ServerHttpRequest call =
                request.exchange().getRequest().mutate().path(own).build();
        return preview.of(call, new Caller(owner.tenant(), owner.key(), null, null))
                .flatMap(found -> limits(owner, found)
                        .flatMap(limits -> answer(request, own, found, budget(found.weighed(), limits))));
    }

    /** How those limits stand that count the call. */
    private Mono<List<Map<String, Object>>> limits(KeyOwner owner, Previewed found) {
        Map<?, Long> needs = found.weighed().needs();
        if (needs.isEmpty()) {
            return Mono.just(List.of());
        }
        String user = found.call().caller().user();
        return book.standing(owner.tenant(), user == null ? "" : user)
                .map(standings -> standings.stream()
                        .filter(standing -> isOf(owner, standing) && needs.containsKey(standing.limit()))
                        .map(standing -> {
                            Map<String, Object> shown = UsageApi.shown(standing);
                            long must = found.weighed().needs().getOrDefault(standing.limit(), 0L);
                            shown.put("needs", UsageApi.amount(standing.limit().unit(), must));
                            return shown;
                        })
                        .toList());
    }

    private static boolean isOf(KeyOwner owner, Standing standing) {
        return standing.limit().per() != Scope.KEY || owner.key().id().equals(standing.subject());
    }

    private static ObjectNode budget(Weighed weighed, List<Map<String, Object>> limits) {
        Refusal refusal = weighed.refusal();
        ObjectNode told = MAPPER.createObjectNode()
                .put("admitted", refusal == null)
                .put("must", weighed.must())
                .put("wish", weighed.wish())
                // A ledger without limits grants whatever is wished for.
                .put("granted", Math.min(weighed.granted(), weighed.wish()));
        told.set("limits", MAPPER.valueToTree(limits));
        if (refusal != null) {
            told.putObject("refusal")
                    .put("status", refusal.status())
                    .put("code", refusal.code())
                    .put("message", refusal.getMessage());
        }
        return told;
    }

    private static Mono<ServerResponse> answer(ServerRequest request, String path, Previewed found, ObjectNode budget) {
        ObjectNode told = told(path, found);
        told.set("budget", budget);
        byte[] json = MAPPER.writeValueAsBytes(told);
        List<ByteBuffer> pieces = new ArrayList<>();
        pieces.add(ByteBuffer.wrap(json));
        if (found.context() != null && found.call().isRead()) {
            // The very bytes, so that its numbers and the order of its members are what the upstream would get.
            pieces.set(0, ByteBuffer.wrap(json, 0, json.length - 1).slice());
            pieces.add(ByteBuffer.wrap(",\"body\":".getBytes(UTF_8)));
            pieces.addAll(found.call().body().slices());
            pieces.add(ByteBuffer.wrap("}".getBytes(UTF_8)));
        }
        DataBufferFactory buffers = request.exchange().getResponse().bufferFactory();
        Flux<DataBuffer> body = Flux.fromIterable(pieces).map(buffers::wrap);
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .contentLength(pieces.stream().mapToLong(ByteBuffer::remaining).sum())
                .body(BodyInserters.fromDataBuffers(body));
    }

    private static ObjectNode told(String path, Previewed found) {
        LlmCall call = found.call();
        ObjectNode told = MAPPER.createObjectNode()
                .put("path", path)
                .put("dialect", call.dialect().id())
                .put("upstream", call.upstream().name());
        if (call.caller().user() != null) {
            told.put("user", call.caller().user());
        }
        if (call.isRead()) {
            told.put("model", call.request().model()).put("conversation", CallRecords.conversation(call));
        }
        Context context = found.context();
        if (context != null) {
            told.put("tokens", context.tokens());
            if (context.reason() == null) {
                told.put("snapshot", context.snapshot());
            } else {
                told.put("reason", context.reason().name().toLowerCase(Locale.ROOT));
            }
        }
        piece(told, "block", "parts", found.block());
        piece(told, "tail", "tail_parts", found.tail());
        return told;
    }

    private static void piece(ObjectNode told, String text, String parts, Piece piece) {
        if (piece.text().length > 0) {
            told.set(text, MAPPER.readTree('"' + new String(piece.text(), UTF_8) + '"'));
        }
        if (piece.account().length > 0) {
            told.set(parts, MAPPER.readTree(piece.account()));
        }
    }
}
