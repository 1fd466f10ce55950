package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mnemo.seal.Seal;
import dev.mnemo.seal.Unreadable;
import dev.mnemo.tenant.SealKeys;
import dev.mnemo.tenant.Tenant;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Makes what it takes to read and write for a user. Thread-safe. */
public final class Access {

    private static final byte[] NO_SALT = {};

    private final BiConsumer<String, Unreadable> unreadable;

    /**
     * @param unreadable is told the tenant of each stored value that does not open, and why; must not block or throw
     */
    public Access(BiConsumer<String, Unreadable> unreadable) {
        this.unreadable = unreadable;
    }

    /**
     * @param salt the user's; null for a user who has none. For a tenant that seals nothing stays open for want of one: what is
     *     sealed then opens for nobody, and what is not is judged as the tenant asks for it
     * @param era null for a user who was not erased lately
     */
    UserAccess of(Tenant tenant, String user, byte @Nullable [] salt, byte @Nullable [] era) {
        SealKeys keys = tenant.memory().seal();
        Seal seal = keys == null
                ? Seal.none(why -> unreadable.accept(tenant.id(), why))
                : Seal.of(keys, tenant.id(), user, whole(salt), why -> unreadable.accept(tenant.id(), why));
        return new UserAccess(era == null ? "" : new String(era, US_ASCII), seal);
    }

    /** Whoever may write to Redis may spoil a salt; that must not make plain what a tenant wants sealed. */
    private static byte[] whole(byte @Nullable [] salt) {
        return salt == null || salt.length != Seal.SALT ? Seal.newSalt() : salt;
    }

    /** For a user who has none yet; empty for a tenant that does not seal. */
    static byte[] freshSalt(Tenant tenant) {
        return tenant.memory().seal() == null ? NO_SALT : Seal.newSalt();
    }
}
