package dev.mnemo.tenant;

import dev.mnemo.tenant.Tenant.UserSource;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a tenant. */
final class TenantReader {

    private static final List<UserSource> USER = List.of(
            new UserSource.Header("X-Mnemo-User"),
            new UserSource.Body("safety_identifier"),
            new UserSource.Body("user"));

    private final UpstreamReader upstreams;
    private final MemoryReader memory;

    TenantReader(Credentials credentials) {
        this.upstreams = new UpstreamReader(credentials);
        this.memory = new MemoryReader(credentials);
    }

    /** Worth something only when it adds nothing to {@code problems}. */
    Tenant read(String id, Node root, Problems problems) {
        Fields tenant = new Fields(root, "", Shapes.TENANT, problems);
        String name = tenant.text("name");
        List<Upstream> served = upstreams.read(tenant);
        MemoryPolicy remembered = memory.read(tenant.group("memory"), served, problems);
        return new Tenant(
                id,
                name.isEmpty() ? id : name,
                keys(tenant, remembered.summary() != null),
                jwt(tenant),
                user(tenant),
                tenant.is("anonymous", "allow"),
                served,
                remembered,
                BudgetReader.read(tenant.group("budgets")),
                models(tenant));
    }

    /**
     * @param written whether Mnemo calls a model itself
     */
    private static List<ApiKey> keys(Fields tenant, boolean written) {
        List<ApiKey> keys = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Fields key : tenant.groups("keys")) {
            String id = key.text("id");
            if (!id.isEmpty() && !ids.add(id)) {
                key.bad("id", "another key's id", "Give each key its own.");
            } else if (id.equals(ApiKey.TOKEN.id()) && tenant.has("jwt")) {
                key.bad("id", "the id of callers with a token", "Give the key another.");
            } else if (id.equals(ApiKey.MAINTENANCE.id()) && written) {
                key.bad("id", "the id of the calls that Mnemo makes itself", "Give the key another.");
            }
            String sha256 = key.text("sha256").toLowerCase(Locale.ROOT);
            if (!sha256.isEmpty()) {
                key.once("sha256", sha256, "the same key as", "A key belongs to one tenant, once: remove one.");
            }
            Set<ApiKey.Permission> may = key.texts("may").stream()
                    .map(text -> ApiKey.Permission.valueOf(text.toUpperCase(Locale.ROOT)))
                    .collect(Collectors.toSet());
            keys.add(new ApiKey(id, sha256, may, expires(key)));
        }
        return keys;
    }

    private static @Nullable Instant expires(Fields key) {
        String text = key.text("expires");
        try {
            return text.isEmpty()
                    ? null
                    : text.contains("T")
                            ? OffsetDateTime.parse(text).toInstant()
                            : LocalDate.parse(text)
                                    .plusDays(1)
                                    .atStartOfDay(ZoneOffset.UTC)
                                    .toInstant();
        } catch (DateTimeException e) {
            key.bad("expires", "no such day or time", "Write it like 2027-03-31 or 2027-03-31T12:00:00Z.");
            return null;
        }
    }

    private static @Nullable Jwt jwt(Fields tenant) {
        Jwt jwt = JwtReader.read(tenant);
        if (jwt != null && !jwt.issuer().isEmpty() && !jwt.audience().isEmpty()) {
            // No address has a line break in it.
            tenant.once(
                    "jwt",
                    jwt.issuer() + "\n" + jwt.audience(),
                    "the same issuer and audience as",
                    "Give each tenant an audience of its own.");
        }
        return jwt;
    }

    private static List<UserSource> user(Fields tenant) {
        List<UserSource> sources = new ArrayList<>();
        for (Fields source : tenant.groups("user")) {
            sources.add(
                    source.has("header")
                            ? new UserSource.Header(source.text("header"))
                            : new UserSource.Body(source.text("body")));
        }
        return sources.isEmpty() ? USER : sources;
    }

    private static List<ModelFacts> models(Fields tenant) {
        return tenant.groups("models").stream()
                .map(model -> new ModelFacts(
                        model.text("name"),
                        known(model, "window"),
                        known(model, "answer"),
                        known(model, "edge"),
                        BudgetReader.price(model)))
                .toList();
    }

    private static long known(Fields model, String name) {
        return model.has(name) ? model.amount(name) : -1;
    }
}
