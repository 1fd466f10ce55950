package dev.mnemo.call;

import java.util.Locale;

/** Why a replica sends away what it could only have served badly. */
public enum Shed {
    /** As many calls are in flight as there may be. */
    REPLICA_BUSY,
    /** The replica is nearly full, and this tenant has its part. */
    TENANT_BUSY,
    /** The heap or the direct memory is nearly used up. */
    MEMORY,
    /** The bodies of the calls in flight take all the memory that they may. */
    BODIES,
    /** As many connections are open as there may be. */
    CONNECTIONS;

    /** For programs and meters: lower case with underscores. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
