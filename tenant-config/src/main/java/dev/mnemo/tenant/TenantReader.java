package dev.mnemo.tenant;

import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import dev.mnemo.tenant.Tenant.UserSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads tenants, and knows the keys of those it has read. Not thread-safe. */
final class TenantReader {

    private static final List<UserSource> USER = List.of(
            new UserSource.Header("X-Mnemo-User"),
            new UserSource.Body("safety_identifier"),
            new UserSource.Body("user"));

    private final UpstreamReader upstreams;
    private final Map<String, String> ownerOfKey = new HashMap<>();

    TenantReader(Function<String, @Nullable String> environment) {
        this.upstreams = new UpstreamReader(new Credentials(environment));
    }

    /** Worth something only when it adds nothing to {@code problems}. */
    Tenant read(String id, Node root, Problems problems) {
        Fields tenant = new Fields(root, "", Shapes.TENANT, problems);
        String name = tenant.text("name");
        return new Tenant(
                id,
                name.isEmpty() ? id : name,
                keys(tenant, problems.file()),
                user(tenant),
                tenant.is("anonymous", "allow"),
                upstreams.read(tenant),
                memory(tenant.group("memory"), problems),
                BudgetReader.read(tenant.group("budgets")),
                models(tenant));
    }

    private List<ApiKey> keys(Fields tenant, String file) {
        List<ApiKey> keys = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Fields key : tenant.groups("keys")) {
            String id = key.text("id");
            if (!id.isEmpty() && !ids.add(id)) {
                key.bad("id", "another key's id", "Give each key its own.");
            }
            String sha256 = key.text("sha256").toLowerCase(Locale.ROOT);
            String path = file + " " + key.path("sha256");
            String owner = sha256.isEmpty() ? null : ownerOfKey.putIfAbsent(sha256, path);
            if (owner != null) {
                key.bad("sha256", "the same key as " + owner, "A key belongs to one tenant, once: remove one.");
            }
            Set<ApiKey.Permission> may = key.texts("may").stream()
                    .map(text -> ApiKey.Permission.valueOf(text.toUpperCase(Locale.ROOT)))
                    .collect(Collectors.toSet());
            keys.add(new ApiKey(id, sha256, may));
        }
        return keys;
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

    private static MemoryPolicy memory(Fields memory, Problems problems) {
        int before = problems.size();
        int recent = (int) memory.amount("recent");
        int keep = (int) memory.amount("keep");
        if (recent > keep && problems.size() == before) {
            String message = "recent is " + recent + ", but keep is " + keep;
            memory.bad(memory.has("recent") ? "recent" : "keep", message, "Show no more than is kept.");
        }
        return new MemoryPolicy(
                (int) memory.amount("context"),
                memory.is("preferences", "true"),
                recent,
                keep,
                memory.time("ttl"),
                memory.is("record", "true"),
                memory.is("partial", "keep"),
                marker(memory.text("cache")),
                memory.is("unavailable", "refuse"));
    }

    private static CacheMarker marker(String life) {
        return switch (life) {
            case "5m" -> CacheMarker.FIVE_MINUTES;
            case "1h" -> CacheMarker.HOUR;
            default -> CacheMarker.OFF;
        };
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
