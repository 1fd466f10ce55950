package dev.mnemo.call;

import dev.mnemo.call.LlmDoor.Part;
import dev.mnemo.tenant.MemoryPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Where a user stands when a tenant holds some of its users out, to compare the others with them. It is drawn by a hash of
 * tenant and user, so it is the same for ever, on every replica, and asks nobody. Immutable.
 *
 * @param position from 0 (inclusive) to 1; users below the tenant's share are held out. So another share only moves those
 *     in between
 * @param bucket from 0 to {@link #BUCKETS}; has nothing to do with the position
 */
public record Holdout(double position, int bucket) {

    /** Groups of users that are counted together. */
    public static final int BUCKETS = 64;

    /** No other hash of ours begins so. */
    private static final String DOMAIN = "mnemo:v1:holdout";

    /** Of what a share of users is given. */
    private static final double WHOLE = 10_000;

    /**
     * @param tenant its id, which holds no NUL
     */
    public static Holdout of(String tenant, String user) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] drawn = sha.digest((DOMAIN + '\0' + tenant + '\0' + user).getBytes(StandardCharsets.UTF_8));
            ByteBuffer bits = ByteBuffer.wrap(drawn);
            double position = (bits.getLong() >>> 11) * 0x1p-53;
            return new Holdout(position, Math.floorMod(bits.getLong(), BUCKETS));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Of the call's user; null for a call that has no part in an experiment, as its tenant makes none, or as it would get no
     * block in any case.
     */
    public static @Nullable Holdout of(LlmCall call) {
        if (!call.wants(Part.PERSONALIZE) || !call.identified() || !call.isRead()) {
            return null;
        }
        MemoryPolicy policy = call.tenant().memory();
        String user = call.caller().user();
        return user != null
                        && policy.holdout() > 0
                        && policy.contextTokens() > 0
                        && call.memory().recalls()
                        && !call.request().kept().closed()
                ? of(call.tenant().id(), user)
                : null;
    }

    /** Whether the call's user is held out. */
    public static boolean takes(LlmCall call) {
        Holdout place = of(call);
        return place != null && place.heldOut(call.tenant().memory().holdout());
    }

    /**
     * Whether the call gets no block for it. A block that thinking was signed with, before the tenant's share took the user,
     * stays: without it the provider would refuse the call.
     */
    public static boolean withholds(LlmCall call) {
        return takes(call) && !call.request().kept().signed();
    }

    /**
     * @param share of the users who are held out, in 1/10000
     */
    public boolean heldOut(int share) {
        return position < share / WHOLE;
    }
}
