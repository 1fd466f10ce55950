package dev.mnemo.tenant;

import java.time.ZoneId;

/**
 * So much of a unit, for each subject of a scope, in each calendar window.
 *
 * @param name unique within the tenant, {@code [a-z0-9][a-z0-9-]{0,62}}
 * @param amount at least 1 and below 2^53, so that it stays exact in Redis' Lua
 * @param zone in which the windows begin and end
 */
public record Limit(String name, Scope per, Unit unit, long amount, Window every, ZoneId zone) {

    /** Whose use is counted together. */
    public enum Scope {
        TENANT,
        USER,
        KEY
    }

    /** What is counted. */
    public enum Unit {
        TOKENS,
        REQUESTS
    }

    /** Calendar windows. */
    public enum Window {
        MINUTE,
        HOUR,
        DAY,
        MONTH
    }
}
