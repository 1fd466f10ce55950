package dev.mnemo.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class UpstreamFailuresTest {

    @Test
    void aBrokenConnectionIsSaidToBeOne() {
        assertThat(UpstreamFailures.refusal("openai", new IOException("reset")))
                .hasMessage("mnemo: upstream: \"openai\" closed the connection before it answered");
    }

    @Test
    void anythingElseSaysItsTypeAndNothingOfItsText() {
        assertThat(UpstreamFailures.refusal("openai", new IllegalStateException("what the call said")))
                .hasMessageContaining("IllegalStateException")
                .hasMessageNotContaining("what the call said");
    }
}
