package dev.mnemo.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamUrlTest {

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com,      /v1/chat/completions,       https://api.openai.com/v1/chat/completions",
        "https://api.openai.com/v1,   /v1/chat/completions,       https://api.openai.com/v1/chat/completions",
        "https://api.openai.com/v1/,  /v1/chat/completions,       https://api.openai.com/v1/chat/completions",
        "https://x.example/base,      /v1/files?a=b%2Fc&d=%C3%A9, https://x.example/base/v1/files?a=b%2Fc&d=%C3%A9",
        "http://127.0.0.1:8081,       /a%20b/c%2Fd,               http://127.0.0.1:8081/a%20b/c%2Fd",
        "https://x.example/v1,        /openai/v1/responses,       https://x.example/v1/openai/v1/responses",
        "https://x.example/paas/v4,   /v1/chat/completions,       https://x.example/paas/v4/chat/completions",
        "https://g.example/v1beta,    /v1beta/models/m:countTokens, https://g.example/v1beta/models/m:countTokens",
        "https://r.openai.azure.com/openai/v1, /openai/v1/responses, https://r.openai.azure.com/openai/v1/responses",
        "https://r.openai.azure.com/openai/v1, /v1/responses,     https://r.openai.azure.com/openai/v1/responses",
        "https://ollama.com/api,      /api/chat,                  https://ollama.com/api/chat",
        "https://r.openai.azure.com/openai, /openai/deployments/d/chat/completions?api-version=1, https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=1",
    })
    void isTheUpstreamsFollowedByTheCallsOwn(URI base, URI call, String expected) {
        Upstream upstream =
                new Upstream("u", Set.of(Protocol.OPENAI), base, null, List.of("*"), Upstream.Timeouts.DEFAULT);

        assertThat(UpstreamUrl.of(upstream, call)).isEqualTo(expected);
    }
}
