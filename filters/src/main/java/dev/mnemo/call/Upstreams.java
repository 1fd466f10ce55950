package dev.mnemo.call;

import dev.mnemo.dialect.Dialect;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which upstream a call goes to, and what is known of it. */
final class Upstreams {

    /** Hosts that take several system messages. Others may refuse a second one (wire-formats of Qwen, some templates). */
    private static final List<String> SEPARATE =
            List.of("api.openai.com", ".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com");

    private Upstreams() {}

    /**
     * The first upstream of the tenant that speaks the call's protocol and serves its model.
     *
     * @throws Refusal 404 when there is none
     */
    static Upstream forModel(Tenant tenant, Dialect dialect, String model) {
        Upstream found = tenant.upstream(dialect.protocol(), model);
        if (found == null) {
            throw Refusal.of(
                    404,
                    "model_not_found",
                    "model: \"" + shown(model)
                            + "\" is served by none of this tenant's upstreams (expected: a model that"
                            + " one of them lists)");
        }
        return found;
    }

    /** Where a call goes that is not read: the first upstream that speaks its protocol, else the first. */
    static Upstream forPath(Tenant tenant, Dialect dialect) {
        for (Upstream upstream : tenant.upstreams()) {
            if (upstream.speaks().contains(dialect.protocol())) {
                return upstream;
            }
        }
        return tenant.upstreams().getFirst();
    }

    /** Whether it takes a system message beside the client's own. */
    static boolean takesSeparate(Upstream upstream) {
        @Nullable String host = upstream.url().getHost();
        String name = host == null ? "" : host.toLowerCase(Locale.ROOT);
        for (String known : SEPARATE) {
            if (known.startsWith(".") ? name.endsWith(known) : name.equals(known)) {
                return true;
            }
        }
        return false;
    }

    /** A client's text inside a message: short, and printable. */
    private static String shown(String text) {
        String cut = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
