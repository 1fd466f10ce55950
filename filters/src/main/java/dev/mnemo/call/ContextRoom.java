package dev.mnemo.call;

import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.tenant.ModelFacts;
import dev.mnemo.tenant.Tenant;
import dev.mnemo.tenant.Upstream.Protocol;

/** How many tokens a context block may take in a call, by its tenant's cap and by its model. */
final class ContextRoom {

    /** Ollama's window where nobody says another; it drops the user's own words when it overflows, and says nothing. */
    private static final long OLLAMA_WINDOW = 4_096;

    /** Of such a window the block takes a quarter at the most. */
    private static final long OLLAMA_SHARE = 4;

    /** The prompt's estimate may be wrong by as much. */
    private static final long MARGIN = 64;

    private ContextRoom() {}

    /**
     * @param prompt an estimate of the call's own, in tokens
     * @return 0 or more
     */
    static long of(Tenant tenant, ChatRequest request, long prompt) {
        if (request.kept().signed()) {
            // Its block stays, whatever the window: without it the provider would refuse the call.
            return tenant.memory().contextTokens();
        }
        ModelFacts facts = tenant.facts(request.model());
        boolean ollama = request.endpoint().dialect().protocol() == Protocol.OLLAMA;
        long room = tenant.memory().contextTokens();
        long window = request.size().window() >= 0 ? request.size().window() : facts.window();
        if (ollama) {
            window = window < 0 ? OLLAMA_WINDOW : window;
            room = Math.min(room, window / OLLAMA_SHARE);
        }
        long taken = prompt + prompt / 20 + MARGIN;
        if (window >= 0) {
            room = Math.min(room, window - taken - answer(request, facts));
        }
        if (facts.edge() >= 0 && prompt <= facts.edge()) {
            room = Math.min(room, facts.edge() - taken);
        }
        return Math.max(0, room);
    }

    /** The most that the answer takes of the window. */
    private static long answer(ChatRequest request, ModelFacts facts) {
        long asked = request.size().maxAnswerTokens();
        if (facts.answer() < 0) {
            return Math.max(0, asked);
        }
        return asked < 0 ? facts.answer() : Math.min(asked, facts.answer());
    }
}
