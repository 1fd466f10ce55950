package dev.mnemo.memory;

import dev.mnemo.call.LlmCall;
import dev.mnemo.json.SplicedBody;
import dev.mnemo.memory.AccessStore.Opened;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import dev.mnemo.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * One call's turn in the memory of its user: what was recalled is needed again when the call has ended. Its parts are written
 * one after the other, as those of the call.
 */
final class Turn {

    private final LlmCall call;
    private final String user;
    private final boolean preview;

    private volatile @Nullable String asked;
    private volatile @Nullable UserAccess own;
    private volatile @Nullable Opened opened;
    private volatile @Nullable Snapshot shown;
    private volatile @Nullable Snapshot tail;
    private volatile @Nullable SplicedBody spliced;
    private volatile long granted = -1;
    private volatile boolean placed;

    /**
     * @param preview whether the call is only looked at
     */
    Turn(LlmCall call, String user, boolean preview) {
        this.call = call;
        this.user = user;
        this.preview = preview;
        this.asked = call.request().lastUserText();
    }

    LlmCall call() {
        return call;
    }

    Tenant tenant() {
        return call.tenant();
    }

    MemoryPolicy policy() {
        return call.tenant().memory();
    }

    String user() {
        return user;
    }

    /** Whether the call is only looked at: then nothing is written. */
    boolean isPreview() {
        return preview;
    }

    /** What the user says and waits for; null when nobody knows. */
    @Nullable
    String asked() {
        return asked;
    }

    /** Null until the user was recalled, and when Redis did not answer. */
    @Nullable
    UserAccess own() {
        return own;
    }

    /** What its interaction is added to; null where that was not asked for. Another call may have changed it since. */
    @Nullable
    Opened opened() {
        return opened;
    }

    /** Of a call of which nothing is recalled. */
    void began(UserAccess access) {
        own = access;
    }

    void recalled(Recalled recalled) {
        own = recalled.own();
        opened = recalled.opened();
        if (call.conversation().held() && asked == null) {
            // The last request of a tool loop no longer says what the user asked.
            Snapshot before = previous(recalled);
            asked = before == null ? null : before.asked();
        }
    }

    private static @Nullable Snapshot previous(Recalled recalled) {
        return switch (recalled) {
            case Recalled.Frozen frozen -> frozen.snapshot();
            case Recalled.Parts parts -> parts.previous();
        };
    }

    /** The block that the call was composed with, whether it had room for it or not; null when there was none to have. */
    @Nullable
    Snapshot shown() {
        return shown;
    }

    void shown(Snapshot snapshot) {
        shown = snapshot;
    }

    /** What goes upstream; null while that is what the client has sent. */
    @Nullable
    SplicedBody spliced() {
        return spliced;
    }

    void spliced(SplicedBody body) {
        spliced = body;
    }

    /** What stands behind the user's words; null when nothing does. */
    @Nullable
    Snapshot tail() {
        return tail;
    }

    void tail(Snapshot snapshot) {
        tail = snapshot;
    }

    /** Whether what fits stands behind the user's words, and not in the block. */
    boolean retrievesAtTail() {
        return policy().retrieve() == Retrieve.TURN;
    }

    /** The most that the block may take, and the tail: of a cap that they share each has half. */
    long blockCap() {
        return call.contextCap() - (retrievesAtTail() ? call.contextCap() / 2 : 0);
    }

    /** Whether the block goes upstream with this call. */
    boolean isPlaced() {
        return placed;
    }

    void placed() {
        placed = true;
    }

    /** The tokens that the block was granted; −1 when it was never asked for one. */
    long granted() {
        return granted;
    }

    /** No more than the call has use for, whatever a ledger without limits grants. */
    void granted(long tokens) {
        granted = Math.min(tokens, call.contextCap());
    }

    /** Whether the exchange is to be remembered. */
    boolean records() {
        return policy().record() && call.memory().records() && !call.request().counts();
    }

    /** Whether it may be asked later what this call was given. */
    boolean isTold() {
        return !policy().calls().isZero() && !call.request().counts();
    }
}
