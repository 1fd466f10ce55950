package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.AnswerReader.Framing;
import dev.mnemo.dialect.Endpoints;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class UpstreamAnswerTest {

    private static final ByteBufAllocator MEMORY = new UnpooledByteBufAllocator(false);

    /** Takes all pieces at once, writes the first, and breaks: as a server does whose client leaves. */
    private static final class BreaksAfterTheFirst extends ServerHttpResponseDecorator {

        BreaksAfterTheFirst() {
            super(new MockServerHttpResponse());
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> pieces) {
            return Flux.from(pieces)
                    .collectList()
                    .flatMap(taken -> Mono.from(taken.getFirst()))
                    .then(Mono.error(new IOException("gone")));
        }
    }

    @Test
    void whatWasNotWrittenIsGivenBack() {
        ByteBuf first = MEMORY.buffer().writeByte('a');
        ByteBuf second = MEMORY.buffer().writeByte('b');
        NettyDataBufferFactory buffers = new NettyDataBufferFactory(MEMORY);
        UpstreamAnswer answer = answer(Flux.fromIterable(List.of(buffers.wrap(first), buffers.wrap(second))));

        StepVerifier.create(answer.writeTo(new BreaksAfterTheFirst())).verifyError(IOException.class);
        answer.close();

        assertThat(first.refCnt()).as("written: the server's").isEqualTo(1);
        assertThat(second.refCnt()).as("never written").isZero();
        first.release();
    }

    @Test
    void whatComesAfterTheClientHasLeftIsGivenBack() {
        ByteBuf late = MEMORY.buffer().writeByte('c');
        UpstreamAnswer answer = answer(Flux.just(new NettyDataBufferFactory(MEMORY).wrap(late)));
        answer.close();

        StepVerifier.create(answer.writeTo(new BreaksAfterTheFirst())).verifyError(IOException.class);

        assertThat(late.refCnt()).isZero();
    }

    private static UpstreamAnswer answer(Flux<DataBuffer> body) {
        LlmCall call = new LlmCall(Endpoints.CHAT, new HttpHeaders(), new HttpHeaders(), () -> 0, null);
        return new UpstreamAnswer(call, 200, Framing.EVENTS, true, body, () -> {}, e -> {}, null);
    }
}
