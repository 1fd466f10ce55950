package dev.mnemo.tenant;

import dev.mnemo.tenant.Upstream.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A customer of the platform, as its YAML file says: its keys, how its users are named, its upstreams and its policies.
 * Immutable. A call keeps the tenant it began with.
 *
 * @param id the file's name without {@code .yaml}: {@code [a-z0-9][a-z0-9-]{0,62}}
 * @param name for people; the id when the file gives none
 * @param keys may be empty where there is {@code jwt}
 * @param jwt which tokens are the tenant's; null: none
 * @param user where the user of a caller with a key is looked for; the first that is present wins
 * @param anonymous whether a call without a user is let through (without memory)
 * @param upstreams at least one; the first that speaks the call's protocol and serves its model is called
 * @param models facts that are not known, or known otherwise; may be empty
 */
public record Tenant(
        String id,
        String name,
        List<ApiKey> keys,
        @Nullable Jwt jwt,
        List<UserSource> user,
        boolean anonymous,
        List<Upstream> upstreams,
        MemoryPolicy memory,
        BudgetPolicy budgets,
        List<ModelFacts> models) {

    public Tenant {
        keys = List.copyOf(keys);
        user = List.copyOf(user);
        upstreams = List.copyOf(upstreams);
        models = List.copyOf(models);
    }

    /** What the tenant says of a model, and what is known of its family where the tenant says nothing. */
    public ModelFacts facts(String model) {
        ModelFacts shipped = ModelFacts.shipped(model);
        ModelFacts own = ModelFacts.of(models, model);
        return own == null ? shipped : own.or(shipped);
    }

    /**
     * By what a model is counted: the name or the pattern by which the tenant's file or a shipped table knows it. Clients choose
     * models' names; of these there are only so many.
     *
     * @return null for a model that nobody knows
     */
    public @Nullable String knownName(String model) {
        for (Upstream upstream : upstreams) {
            if (upstream.models().contains(model)) {
                return model;
            }
        }
        String name = facts(model).name();
        return name.equals(ModelFacts.UNKNOWN.name()) ? null : name;
    }

    /** What the model's tokens cost, or else what those of models of no known price do; null when neither is known. */
    public @Nullable Price price(String model) {
        Price known = facts(model).price();
        return known == null ? budgets.price() : known;
    }

    /** The first upstream that speaks {@code protocol} and serves {@code model}; null when there is none. */
    public @Nullable Upstream upstream(Protocol protocol, String model) {
        for (Upstream upstream : upstreams) {
            if (upstream.speaks().contains(protocol) && upstream.serves(model)) {
                return upstream;
            }
        }
        return null;
    }

    /** A place of a request that names the user. */
    public sealed interface UserSource {

        /** A request header; compared without regard to case. */
        record Header(String name) implements UserSource {}

        /** A member of the request's JSON body whose value is a string: at the top, or {@code metadata.name}. */
        record Body(String member) implements UserSource {}
    }
}
