package dev.mnemo.memory;

import dev.mnemo.call.Context;
import dev.mnemo.call.Memory.Look;
import dev.mnemo.call.Memory.Piece;
import dev.mnemo.call.Memory.Recollection;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A recollection that is looked at.
 *
 * @param turn of the call; null when there is nobody to recall
 */
record Seen(Recollection recalled, @Nullable Turn turn) implements Look {

    private static final byte[] NOTHING = {};

    @Override
    public Mono<Context> compose(long grantedTokens) {
        return recalled.compose(grantedTokens);
    }

    @Override
    public Piece block() {
        Snapshot shown = turn == null ? null : turn.shown();
        return turn == null || shown == null
                ? Piece.NONE
                : new Piece(turn.isPlaced() ? shown.block() : NOTHING, shown.account());
    }

    @Override
    public Piece tail() {
        Snapshot tail = turn == null ? null : turn.tail();
        return tail == null ? Piece.NONE : new Piece(tail.block(), tail.account());
    }
}
