package dev.mnemo.tenant;

import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

/**
 * So much of a unit, for each subject of a scope, in each calendar window.
 *
 * @param name unique within the tenant, {@code [a-z0-9][a-z0-9-]{0,62}}
 * @param amount at least 1 and below 2^53, so that it stays exact in Redis' Lua
 * @param zone in which the windows begin and end
 * @param models globs ({@code *} only) of the models whose calls it counts; empty: all
 * @param warn the use from which it is warned about, in per cent of the amount, 1 to 100
 * @param shadow whether it only reports and never refuses
 */
public record Limit(
        String name,
        Scope per,
        Unit unit,
        long amount,
        Window every,
        ZoneId zone,
        List<String> models,
        int warn,
        boolean shadow) {

    /** Whose use is counted together. */
    public enum Scope {
        TENANT,
        USER,
        KEY,
        /** Of the calls that Mnemo makes itself, all of a tenant's; no client's call counts. */
        MAINTENANCE
    }

    /** What is counted. */
    public enum Unit {
        /** Those of the prompt and of the answer. */
        TOKENS("tokens"),
        /** Tokens of the prompt. */
        INPUT("input-tokens"),
        /** Tokens of the answer. */
        OUTPUT("output-tokens"),
        /** Billionths of a dollar. */
        USD("usd"),
        REQUESTS("requests"),
        /** In flight at once. */
        CALLS("in-flight");

        private final String member;

        Unit(String member) {
            this.member = member;
        }

        /** The member of a tenant file that gives an amount of it. */
        public String member() {
            return member;
        }
    }

    /** Calendar windows. */
    public enum Window {
        MINUTE,
        HOUR,
        DAY,
        MONTH,
        /** Of {@link Unit#CALLS} only. */
        NONE
    }

    public Limit {
        models = List.copyOf(models);
    }

    /**
     * Whether it counts calls of a model. Case is ignored, as in names of deployments; what stands before the model's last
     * slash may be absent from a pattern.
     *
     * @param model empty when it is not known: then only a limit of all models counts the call
     */
    public boolean counts(String model) {
        if (models.isEmpty() || model.isEmpty()) {
            return models.isEmpty();
        }
        String full = model.toLowerCase(Locale.ROOT);
        String plain = full.substring(full.lastIndexOf('/') + 1);
        for (String pattern : models) {
            String glob = pattern.toLowerCase(Locale.ROOT);
            if (Globs.matches(glob, full) || Globs.matches(glob, plain)) {
                return true;
            }
        }
        return false;
    }
}
