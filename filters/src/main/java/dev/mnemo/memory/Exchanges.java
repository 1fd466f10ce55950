package dev.mnemo.memory;

import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.memory.Interaction.Fingerprint;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request says already, so that it is not said twice.
 *
 * @param pairs of what was said and answered
 * @param last what the user says now; null when no user speaks
 */
record Exchanges(Set<Pair> pairs, @Nullable Fingerprint last) {

    record Pair(Fingerprint user, Fingerprint answer) {}

    static Exchanges of(ChatRequest request) {
        Set<Pair> pairs = new HashSet<>();
        for (ChatRequest.Exchange exchange : request.exchanges()) {
            pairs.add(new Pair(Fingerprint.of(exchange.user()), Fingerprint.of(exchange.assistant())));
        }
        String last = request.lastUserText();
        return new Exchanges(pairs, last == null ? null : Fingerprint.of(last));
    }

    /** Also when the user asks the same again: the old answer would only be repeated. */
    boolean hold(Fingerprint user, Fingerprint answer) {
        return user.equals(last) || pairs.contains(new Pair(user, answer));
    }
}
