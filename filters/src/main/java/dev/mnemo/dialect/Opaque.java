package dev.mnemo.dialect;

import dev.mnemo.dialect.Dialect.AnswerReader;
import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.dialect.Dialect.Problem;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.tenant.Upstream.Protocol;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** Everything that is no known chat call: passed through, never read. */
public final class Opaque implements Dialect {

    static final Opaque INSTANCE = new Opaque();

    private static final AnswerReader BLIND = new AnswerReader() {
        @Override
        public void accept(ByteBuffer view) {
            // Nothing is read.
        }

        @Override
        public void end() {
            // Nothing was read.
        }

        @Override
        public Answer answer() {
            return Answer.UNKNOWN;
        }
    };

    private Opaque() {}

    @Override
    public String id() {
        return "opaque";
    }

    @Override
    public boolean reads() {
        return false;
    }

    @Override
    public Protocol protocol() {
        return Protocol.OPENAI;
    }

    @Override
    public ChatRequest read(byte[] body) {
        return new ChatRequest(body, "", false, -1, 0, 0, Map.of(), List.of());
    }

    @Override
    public SplicedBody place(ChatRequest request, byte[] block, Placement placement) {
        return SplicedBody.of(request.body());
    }

    @Override
    public AnswerReader answer(boolean events) {
        return BLIND;
    }

    @Override
    public byte[] error(Problem problem) {
        return OpenAiErrors.body(problem);
    }

    @Override
    public byte[] errorEvent(Problem problem) {
        return OpenAiErrors.event(problem);
    }
}
