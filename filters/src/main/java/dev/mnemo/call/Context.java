package dev.mnemo.call;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What was put into a call's system prompt, or why nothing was.
 *
 * @param tokens of the block; 0 when the provider keeps it from an earlier turn
 * @param preferences shown
 * @param interactions recent ones, shown
 * @param snapshot whether the block was frozen by an earlier call of the conversation
 * @param summary whether what the user's interactions have in common is shown
 * @param retrieved interactions shown because they fit the matter
 * @param reason null exactly when there is a block
 */
public record Context(
        int tokens,
        int preferences,
        int interactions,
        boolean snapshot,
        boolean summary,
        int retrieved,
        @Nullable Reason reason) {

    /** Why a call carries no block. */
    public enum Reason {
        /** The call or the tenant asked for none. */
        OFF,
        /** Nobody is named whose memory it could be. */
        ANONYMOUS,
        /** Nothing is known of the user yet. */
        EMPTY,
        /** The memory store did not answer. */
        UNAVAILABLE,
        /** The budget has no room for it. */
        BUDGET,
        /** The call is passed through unread, or the provider keeps its system text where nothing can be added. */
        OPAQUE,
        /** The tenant's cap, the model's window or its price tier leaves no room. */
        FULL,
        /** The call repeats thinking that was signed together with a block that is lost. */
        SIGNED,
        /** The user is one of those whom the tenant holds out, to compare the others with them. */
        HOLDOUT
    }

    public static Context absent(Reason reason) {
        return new Context(0, 0, 0, false, false, 0, reason);
    }

    /** The value of {@code X-Mnemo-Context}: a dictionary of RFC 9651. */
    public String toHeader() {
        if (reason != null) {
            return "tokens=0, reason=\"" + reason.name().toLowerCase(Locale.ROOT) + '"';
        }
        return "tokens=" + tokens + ", preferences=" + preferences + ", interactions=" + interactions + ", snapshot="
                + (snapshot ? "?1" : "?0") + (summary ? ", summary=?1" : "")
                + (retrieved > 0 ? ", retrieved=" + retrieved : "");
    }
}
