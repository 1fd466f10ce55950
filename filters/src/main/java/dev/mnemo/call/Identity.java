package dev.mnemo.call;

/** The stage that finds out who is calling. It needs no store: it never waits. Implementations are thread-safe. */
public interface Identity {

    /**
     * Credential → tenant and key, before anything of the body is read.
     *
     * @throws Refusal 401 or 403
     */
    Caller authenticate(LlmCall call);

    /**
     * Header or body member → user, by the tenant's list.
     *
     * @throws Refusal when the user cannot be one, or is missing where the tenant wants one
     */
    Caller user(LlmCall call, Caller caller);
}
