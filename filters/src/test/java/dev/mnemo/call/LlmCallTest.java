package dev.mnemo.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.call.Context.Reason;
import dev.mnemo.dialect.Dialect;
import dev.mnemo.json.JsonText;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.tenant.MemoryPolicy;
import org.junit.jupiter.api.Test;

/** What a call carries. */
class LlmCallTest {

    @Test
    void aPromptThatIsTooLongLosesTheBlockAndTheTail() {
        LlmCall call = Calls.streamed(Fixtures.tenant("acme", MemoryPolicy.DEFAULT), "m");
        Dialect dialect = call.dialect();
        SplicedBody body = dialect.place(call.request(), JsonText.escaped("BLOCK"), call.placement())
                .with(dialect.placeTail(call.request(), JsonText.escaped("TAIL")));
        call.body(body);
        call.context(new Context(9, 0, 1, false, false, 0, null));
        assertThat(new String(call.body().toBytes(), UTF_8)).contains("BLOCK", "TAIL");

        call.withdrawBlock();

        assertThat(call.body().isEdited()).isFalse();
        assertThat(call.body().toBytes()).isEqualTo(call.request().body());
        assertThat(call.context()).isEqualTo(Context.absent(Reason.FULL));
        assertThat(call.answerHeaders().getFirst(CallHeaders.CONTEXT)).isEqualTo("tokens=0, reason=\"full\"");
    }
}
