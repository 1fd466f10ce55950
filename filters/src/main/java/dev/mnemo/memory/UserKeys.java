package dev.mnemo.memory;

import dev.mnemo.redis.Keys;

/** The keys of one user; all in one slot. */
final class UserKeys {

    private UserKeys() {}

    /** A hash: version, members (JSON) and their tokens, and the bytes of the interactions. */
    static byte[] profile(String tenant, String user) {
        return Keys.user(tenant, user, "profile");
    }

    /** A list of records, newest last. */
    static byte[] interactions(String tenant, String user) {
        return Keys.user(tenant, user, "interactions");
    }

    static byte[] snapshot(String tenant, String user, String conversation) {
        return Keys.user(tenant, user, "snapshot:" + Keys.encoded(conversation));
    }
}
