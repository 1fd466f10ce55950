package dev.mnemo.metrics;

import dev.mnemo.call.Ending;
import dev.mnemo.call.Ending.Outcome;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.Upstream;
import dev.mnemo.tenant.Upstream.Protocol;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's conventions for generative AI: their names, and how a call is told in them. They are in development and
 * names still move, so that all of them stand here.
 *
 * <p>Towards the upstream a gateway is a client. Of the server's names one is used, as the client's have no such thing.
 */
final class GenAi {

    static final String TOKEN_USAGE = "gen_ai.client.token.usage";
    static final String OPERATION_DURATION = "gen_ai.client.operation.duration";
    static final String TIME_TO_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk";
    static final String TIME_PER_OUTPUT_TOKEN = "gen_ai.server.time_per_output_token";

    static final String OPERATION = "gen_ai.operation.name";
    static final String PROVIDER = "gen_ai.provider.name";
    static final String MODEL = "gen_ai.request.model";
    static final String TOKEN_TYPE = "gen_ai.token.type";
    static final String ERROR = "error.type";

    static final String STREAM = "gen_ai.request.stream";
    static final String MAX_TOKENS = "gen_ai.request.max_tokens";
    static final String FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";
    static final String FINISH_REASONS = "gen_ai.response.finish_reasons";
    static final String INPUT = "gen_ai.usage.input_tokens";
    static final String OUTPUT = "gen_ai.usage.output_tokens";
    static final String CACHE_READ = "gen_ai.usage.cache_read.input_tokens";
    static final String CACHE_WRITE = "gen_ai.usage.cache_write.input_tokens";
    static final String REASONING = "gen_ai.usage.reasoning.output_tokens";

    /** A model that neither the tenant's file nor a shipped table knows. */
    static final String OTHER = "other";

    /** By the end of the upstream's host. */
    private static final Map<String, String> PROVIDERS = new LinkedHashMap<>();

    static {
        PROVIDERS.put("api.openai.com", "openai");
        PROVIDERS.put("anthropic.com", "anthropic");
        PROVIDERS.put("openai.azure.com", "azure.ai.openai");
        PROVIDERS.put("cognitiveservices.azure.com", "azure.ai.openai");
        PROVIDERS.put("services.ai.azure.com", "azure.ai.inference");
        PROVIDERS.put("generativelanguage.googleapis.com", "gcp.gemini");
        PROVIDERS.put("aiplatform.googleapis.com", "gcp.vertex_ai");
        PROVIDERS.put("amazonaws.com", "aws.bedrock");
        PROVIDERS.put("mistral.ai", "mistral_ai");
        PROVIDERS.put("deepseek.com", "deepseek");
        PROVIDERS.put("groq.com", "groq");
        PROVIDERS.put("x.ai", "x_ai");
        PROVIDERS.put("perplexity.ai", "perplexity");
        PROVIDERS.put("cohere.com", "cohere");
        PROVIDERS.put("moonshot.ai", "moonshot_ai");
    }

    private GenAi() {}

    /** What a call that was read asks for. */
    static String operation(LlmCall call) {
        return call.dialect().protocol() == Protocol.GEMINI ? "generate_content" : "chat";
    }

    /** Who stands behind an upstream, as far as its address tells; else whose format the call has. */
    static String provider(Upstream upstream, Protocol spoken) {
        @Nullable String host = upstream.url().getHost();
        if (host != null) {
            for (Map.Entry<String, String> provider : PROVIDERS.entrySet()) {
                String end = provider.getKey();
                int before = host.length() - end.length() - 1;
                if (host.endsWith(end) && (before < 0 || host.charAt(before) == '.' || host.charAt(before) == '-')) {
                    return provider.getValue();
                }
            }
        }
        return spoken == Protocol.GEMINI ? "gcp.gemini" : spoken.name().toLowerCase(Locale.ROOT);
    }

    /** The model as it may stand in a tag: as many as files know, whatever clients send. */
    static String model(LlmCall call) {
        String known = call.tenant().knownName(call.request().model());
        return known == null ? OTHER : known;
    }

    /** What went wrong: the code of Mnemo's own error, else the upstream's status, else how the call ended; null when nothing did. */
    static @Nullable String error(LlmCall call, Ending ending) {
        Refusal refusal = call.refusal();
        if (refusal != null) {
            return refusal.code();
        }
        if (ending.status() >= 400) {
            return String.valueOf(ending.status());
        }
        return ending.outcome() == Outcome.COMPLETE
                ? null
                : ending.outcome().name().toLowerCase(Locale.ROOT);
    }
}
